"""Whatever is imported, corrected, forgotten and read again, in whatever order: what is promised holds."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from afterself.archive.database import check_lexical
from afterself.archive.store import Archive
from afterself.archive.verifying import verify
from afterself.home.folder import Self
from afterself.importers import reparsing
from afterself.importers.contract import Options
from afterself.importers.generic import GenericImporter
from afterself.importers.ingest import import_path
from afterself.policy import open_view
from afterself.policy.view import ViewRecord
from tests.importers.newer_version import Better

MESSAGES = 6
_NUMBER = re.compile(r"number (\d+)")


def wording(n: int, edition: int) -> str:
    quoted = "> what was asked\n" if n % 2 else ""
    edited = ", edited" if edition and n % 3 == 0 else ""
    return f"{quoted}said as number {n}{edited}"


class AnyOrder(RuleBasedStateMachine):
    """One self; the model knows what was imported, forgotten and corrected."""

    def __init__(self) -> None:
        super().__init__()
        self.held = tempfile.TemporaryDirectory()
        folder = Path(self.held.name)
        self.self_ = Self.create(folder / "self", name="A", right="fictional", allow=("archive",))
        self.export = folder / "chat.jsonl"
        self.seen: set[int] = set()
        self.forgotten: set[int] = set()
        self.corrected: dict[int, str] = {}
        self.ids: dict[int, str] = {}

    def teardown(self) -> None:
        self.held.cleanup()

    def records(self) -> dict[int, ViewRecord]:
        with open_view(self.self_, "list") as view:
            found = list(view.records())
        by_id = {id: n for n, id in self.ids.items()}
        numbered = {}
        for record in found:
            match = _NUMBER.search(record.text)
            numbered[by_id[record.id] if match is None else int(match[1])] = record
        assert len(numbered) == len(found), "a record is doubled"
        return numbered

    @rule(
        first=st.integers(0, MESSAGES - 1),
        count=st.integers(1, MESSAGES),
        edition=st.integers(0, 1),
    )
    def imports(self, first: int, count: int, edition: int) -> None:
        chosen = range(first, min(MESSAGES, first + count))
        rows = [
            {
                "conversation": "x",
                "time": f"2019-03-04T18:{n:02}:00Z",
                "author": "A" if n % 2 else "B",
                "text": wording(n, edition),
                "id": str(n),
            }
            for n in chosen
        ]
        self.export.write_text("".join(json.dumps(row) + "\n" for row in rows))
        import_path(self.self_, self.export, Options(me=("A",)))
        self.seen |= set(chosen) - self.forgotten
        self.ids = {n: record.id for n, record in self.records().items()}

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), word=st.sampled_from(["quagga", "okapi"]))
    def corrects(self, data: st.DataObject, word: str) -> None:
        n = data.draw(st.sampled_from(sorted(self.seen)))
        with Archive.writing(self.self_) as archive:
            archive.correct(self.ids[n], f"number {n} {word}")
        self.corrected[n] = f"number {n} {word}"

    @precondition(lambda self: self.corrected)
    @rule(data=st.data())
    def takes_all_corrections_back(self, data: st.DataObject) -> None:
        n = data.draw(st.sampled_from(sorted(self.corrected)))
        with Archive.writing(self.self_) as archive:
            while (now := self.history(n)) == "correction":
                archive.undo_correction(self.ids[n])
        assert now in ("import", "edit", "better parser")
        del self.corrected[n]

    def history(self, n: int) -> str:
        with open_view(self.self_, "list") as view:
            history = view.history.of(self.ids[n])
        assert history is not None
        (current,) = [one.why for one in history.revisions if one.current]
        return current

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def forgets(self, data: st.DataObject) -> None:
        n = data.draw(st.sampled_from(sorted(self.seen)))
        with Archive.writing(self.self_) as archive:
            archive.forget([self.ids[n]])
        self.seen.discard(n)
        self.forgotten.add(n)
        self.corrected.pop(n, None)

    @rule(better=st.booleans())
    def reads_again(self, better: bool) -> None:
        with patch.object(reparsing, "importers_of", lambda _: (Better() if better else GenericImporter(),)):
            reparsing.reparse(self.self_)

    @invariant()
    def every_record_is_there_once_and_nothing_forgotten_is(self) -> None:
        found = self.records()
        assert set(found) == self.seen
        assert {n: found[n].id for n in found} == {n: self.ids[n] for n in self.seen}
        for n, text in self.corrected.items():
            assert found[n].text == text

    @invariant()
    def no_file_holds_a_forgotten_word(self) -> None:
        held = b"".join(path.read_bytes() for path in self.self_.path.rglob("*") if path.is_file())
        for n in self.forgotten:
            assert re.search(rf"number {n}\b".encode(), held) is None

    @invariant()
    def the_index_says_what_the_texts_say_and_every_file_is_whole(self) -> None:
        if not self.self_.archive_path.exists():
            return
        assert check_lexical(self.self_.archive_path, None)
        assert [one for one in verify(self.self_) if not one.note] == []


AnyOrder.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyOrder = AnyOrder.TestCase
