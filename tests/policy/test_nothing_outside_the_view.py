"""Whatever was decided, nothing that is hidden comes back by any road, and all that is not hidden does.

What must be hidden is worked out here a second time, record by record, in plain Python.
"""

from __future__ import annotations

import dataclasses
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from afterself.archive.audiences import OWNER, Rules
from afterself.archive.drafts import Person, ThreadDraft
from afterself.archive.keys import microseconds
from afterself.archive.labels import Subjects
from afterself.archive.store import Archive
from afterself.datasets.conversations import conversations
from afterself.errors import NotAllowed
from afterself.home.folder import Self
from afterself.memory import Memory
from afterself.memory.search import Filters, search
from afterself.policy import View, open_view
from tests.conftest import _said

PEOPLE = ("Anna", "Ben", "Cleo", "Dora")
"""The first is the owner."""
THREADS = {  # key: (kind, source, who is there)
    "ben": ("direct", "whatsapp", ("Anna", "Ben")),
    "cleo": ("direct", "telegram", ("Anna", "Cleo")),
    "all": ("group", "whatsapp", PEOPLE),
    "quiet": ("group", "telegram", ("Anna", "Ben")),
    "diary": ("document", "telegram", ("Anna",)),
}
KINDS = ("message", "note", "mail")
START = datetime(2018, 1, 1, tzinfo=UTC)
WORDS = ("family", "work")
AFTER = date.today() + timedelta(days=900)
BEFORE = date(2001, 1, 1)
OBJECTED = {"retrieve": {"retrieve"}, "quote": {"retrieve", "quote"}, "train": {"train"}}
OBJECTED["list"] = OBJECTED["quote"]


@dataclasses.dataclass(frozen=True)
class One:
    """A record that will be stored."""

    n: int
    thread: str
    author: str
    kind: str
    day: int | None

    @property
    def at(self) -> datetime | None:
        return None if self.day is None else START + timedelta(days=self.day)


@dataclasses.dataclass
class Decided:
    """What people decided; days are numbers of days since START."""

    excluded: set[str]
    objections: dict[tuple[str, str], int | None]
    words: set[tuple[str, Any, str]]
    held: dict[tuple[str, Any], date]
    rules: dict[str, Any]
    purpose: str
    audience: str


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[One], Decided]:
    others = st.sampled_from(PEOPLE[1:])
    records = []
    for thread, (_, _, there) in THREADS.items():
        # Within a thread records are dated in order, or none is: what order an export gives.
        dated = draw(st.booleans())
        for day in sorted(draw(st.lists(st.integers(0, 900), max_size=4))):
            author, kind = draw(st.sampled_from(there)), draw(st.sampled_from(KINDS))
            records.append(One(len(records), thread, author, kind, day if dated else None))
    numbers = st.sampled_from(range(len(records))) if records else st.nothing()
    subject = st.one_of(
        st.tuples(st.just("thread"), st.sampled_from(sorted(THREADS))),
        st.tuples(st.just("contact"), others),
        st.tuples(st.just("record"), numbers),
    )
    rules = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "sources": st.sets(st.sampled_from(["whatsapp", "telegram"]), min_size=1),
                "exclude_sources": st.sets(st.sampled_from(["whatsapp", "telegram"]), min_size=1),
                "contacts": st.sets(others, min_size=1),
                "exclude_contacts": st.sets(others, min_size=1),
                "kinds": st.sets(st.sampled_from(KINDS), min_size=1),
                "since": st.integers(0, 900),
                "until": st.integers(0, 900),
                "labels": st.sets(st.sampled_from(WORDS), min_size=1),
                "exclude_labels": st.sets(st.sampled_from(WORDS), min_size=1),
            },
        )
    )
    labelled = draw(st.lists(st.tuples(subject, st.sampled_from(WORDS)), max_size=3))
    return records, Decided(
        draw(st.sets(others, max_size=1)),
        draw(
            st.dictionaries(
                st.tuples(others, st.sampled_from(["train", "retrieve", "quote"])),
                st.none() | st.integers(0, 900),
                max_size=2,
            )
        ),
        {(*what, word) for what, word in labelled},
        draw(st.dictionaries(subject, st.sampled_from([BEFORE, AFTER]), max_size=2)),
        rules,
        draw(st.sampled_from(["retrieve", "train", "quote", "list"])),
        draw(st.sampled_from([OWNER, "guests", "guests"])),
    )  # fmt: skip


def hidden(one: One, decided: Decided) -> bool:
    """Whether a record must not be seen, in plain words."""
    if decided.audience == OWNER and decided.purpose == "list":
        return False
    kind, source, there = THREADS[one.thread]
    carriers = {("record", one.n), ("thread", one.thread), ("contact", one.author)}
    if one.author in decided.excluded:
        return True
    if any(decided.held.get(carrier, BEFORE) == AFTER for carrier in carriers):
        return True
    for (who, purpose), since in decided.objections.items():
        objects = who == one.author and purpose in OBJECTED[decided.purpose]
        if objects and (since is None or one.day is None or one.day >= since):
            return True
    if decided.audience == OWNER:
        return False
    rules = decided.rules
    words = {word for what, which, word in decided.words if (what, which) in carriers}
    only, out = rules.get("contacts"), rules.get("exclude_contacts", set())
    return (
        source not in rules.get("sources", {source})
        or source in rules.get("exclude_sources", ())
        or one.kind not in rules.get("kinds", {one.kind})
        or ("since" in rules and (one.day is None or one.day < rules["since"]))
        or ("until" in rules and (one.day is None or one.day >= rules["until"]))
        or ("labels" in rules and not words & rules["labels"])
        or bool(words & rules.get("exclude_labels", set()))
        or (only is not None and (one.author not in {"Anna", *only} or not only & set(there)))
        or one.author in out
        or (bool(out & set(there)) and (kind == "direct" or not set(there) - out - {"Anna"}))
    )


def build(folder: Path, records: list[One], decided: Decided) -> tuple[Self, dict[str, One]]:
    """The self, and its records by id."""
    self_ = Self.create(folder / "s", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    with Archive.writing(self_) as archive, archive.transaction():
        for source in ("whatsapp", "telegram"):
            run = archive.begin_import(source, importer="test", version="1", me=["Anna"])
            for key, (kind, of, there) in THREADS.items():
                if of == source:
                    who = tuple(Person(name, name) for name in there)
                    run.upsert_thread(ThreadDraft(key, f"chat {key}", kind, participants=who))  # type: ignore[arg-type]
                    for one in (one for one in records if one.thread == key):
                        said = None if one.at is None else one.at.replace(tzinfo=None).isoformat()
                        text = f"common word{one.n}x from {one.author}x"
                        run.put_record(
                            _said(text, one.author, said, thread=key, kind=one.kind, native_id=str(one.n))
                        )
            run.finish_import()
        for name in PEOPLE[1:]:  # some have a handle in each source
            if len(same := archive.contacts.named(name)) > 1:
                archive.contacts.merge(same)
    with open_view(self_, "list") as view:
        found = list(view.records())
        threads = {thread.key: thread.id for thread in view.threads()}
        by_id = {record.id: records[int(record.text.split()[1][4:-1])] for record in found}
    decide(self_, by_id, threads, decided)
    return self_, by_id


def decide(self_: Self, by_id: dict[str, One], threads: dict[str, str], decided: Decided) -> None:
    ids = {one.n: id for id, one in by_id.items()}
    with Archive.writing(self_) as archive, archive.transaction():
        contacts = {one.name: one for one in archive.contacts.all()}

        def subjects(what: str, which: Any) -> Subjects | None:
            if what == "record":
                return Subjects(records=(ids[which],))
            if what == "thread":
                return Subjects(threads=(threads[which],)) if which in threads else None
            return Subjects(contacts=(contacts[which],)) if which in contacts else None

        for name in decided.excluded & set(contacts):
            archive.people.exclude(contacts[name].id)
        for (name, purpose), since in decided.objections.items():
            moment = None if since is None else microseconds(START + timedelta(days=since))
            if name in contacts:
                archive.objections.add(contacts[name], [purpose], moment)  # type: ignore[list-item]
        for what, which, word in sorted(decided.words, key=str):
            if (on := subjects(what, which)) is not None:
                archive.labels.add(on, word)
        for (what, which), until in decided.held.items():
            if (on := subjects(what, which)) is not None:
                archive.labels.hold_back(on, until)
        archive.audiences.add("guests", rules_of(decided, archive, contacts))


def rules_of(decided: Decided, archive: Archive, contacts: dict[str, Any]) -> Rules:
    rules: dict[str, Any] = {}
    for name, wanted in decided.rules.items():
        if name in ("since", "until"):
            rules[name] = microseconds(START + timedelta(days=wanted))
        elif name.endswith("contacts"):
            there = [contacts[who] for who in wanted if who in contacts]
            rules[name] = tuple(i.id for one in there for i in one.identities) or (10**9,)
        else:
            rules[name] = tuple(sorted(wanted))
    return Rules(**rules)


def everything_shown(view: View, all_ids: list[str]) -> dict[str, set[str]]:
    """Ids by the road on which they came out."""
    listed = list(view.records())
    words = [f"word{n}x" for n in range(len(all_ids))]
    return {
        "records": {record.id for record in listed},
        "threads' records": {r.id for thread in view.threads() for r in view.records(thread=thread.id)},
        "record": {id for id in all_ids if view.record(id) is not None},
        "many": set(view.many(all_ids)),
        "match": {id for id, _ in view.match("common", 99)},
        "matching": {record.id for record in view.by_rows(view.matching("common", 99))},
        "by rows": {record.id for record in view.by_rows(range(99))},
        "match of each word": {id for word in words for id, _ in view.match(word, 9)},
        "sample": {record.id for record in view.retrieval.sample(99)},
        "neighbours": {r.id for near in view.retrieval.around(all_ids, 9, 9) for r in near},
        "search": {found.record.id for found in search(view, "common", Filters(), 99)},
    }


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(archives())
@example((
    [One(0, "ben", "Anna", "message", 1), One(1, "all", "Ben", "note", 2), One(2, "all", "Anna", "mail", 3)],
    Decided(set(), {("Ben", "train"): 2}, set(), {}, {"exclude_contacts": {"Ben"}}, "train", "guests"),
))  # fmt: skip
@example((
    [One(0, "all", "Ben", "mail", None), One(1, "ben", "Ben", "note", 5), One(2, "ben", "Ben", "note", 6)],
    Decided(set(), {("Ben", "retrieve"): 6}, set(), {}, {}, "list", "guests"),
))  # fmt: skip
def test_every_road_shows_what_may_be_seen_and_nothing_else(drawn: tuple[list[One], Decided]) -> None:
    records, decided = drawn
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        self_, by_id = build(Path(folder), records, decided)
        may = {id for id, one in by_id.items() if not hidden(one, decided)}
        with open_view(self_, decided.purpose, decided.audience) as view:  # type: ignore[arg-type]
            for road, shown in everything_shown(view, list(by_id)).items():
                assert shown == may, road
            counts_agree(view, by_id, may, decided)
            answers_agree(view, by_id, may)


def counts_agree(view: View, by_id: dict[str, One], may: set[str], decided: Decided) -> None:
    seen = [by_id[id] for id in may]
    assert view.retrieval.count() == len(may) == view.overview.counts().records
    assert view.retrieval.count_holding(["common"]) == [len(may)]
    assert {thread.key: thread.records for thread in view.threads()} == {
        key: sum(one.thread == key for one in seen) for key in {one.thread for one in seen}
    }
    wrote = {person.name: person.records for person in view.people() if person.records}
    # Anna and Ben have one identity a source.
    total = dict.fromkeys(PEOPLE, 0)
    for person in view.people():
        total[person.name] += person.records
    assert total == {name: sum(one.author == name for one in seen) for name in PEOPLE}
    assert set(wrote) == {one.author for one in seen}
    everyone = decided.audience == OWNER and decided.purpose == "list"
    if not everyone:
        named = {p.name for p in view.people()} | {p.name for t in view.threads() for p in t.participants}
        gone = decided.excluded | {
            who for (w, who), until in decided.held.items() if w == "contact" and until == AFTER
        }
        gone |= {
            who
            for (who, what), since in decided.objections.items()
            if what in OBJECTED[decided.purpose] and since is None
        }
        if decided.audience != OWNER:
            gone |= decided.rules.get("exclude_contacts", set())
            met = {name for one in seen for name in THREADS[one.thread][2]}
            assert named <= met
        assert not named & gone
    if decided.audience != OWNER:
        assert {info.source for info in view.overview.imports()} == {THREADS[one.thread][1] for one in seen}
    assert view.sees_all(may)
    assert view.sees_all(list(by_id)) == (len(may) == len(by_id))


def answers_agree(view: View, by_id: dict[str, One], may: set[str]) -> None:
    """What is built on views shows nothing else either: answers with their context, and training's talks."""
    answer = Memory(view).ask("what is the common word of Ben?", 99)
    cited = {hit.id for hit in answer.hits} | {h.context_before.id for h in answer.hits if h.context_before}
    assert cited <= may
    learned = repr(list(conversations(view)))
    for id, one in by_id.items():
        assert id in may or f"word{one.n}x" not in learned


def test_an_audience_that_may_not_be_quoted_to_gets_no_view_for_quotes(fresh_self: Self) -> None:
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.audiences.add("guests", Rules(quotes=False))
    open_view(fresh_self, "train", "guests").close()
    try:
        open_view(fresh_self, "quote", "guests")
    except NotAllowed as refused:
        assert "guests" in refused.message
    else:
        raise AssertionError("it was quoted to")


def test_a_chat_with_somebody_left_out_is_hidden_even_if_nobody_said_who_the_owner_is(
    fresh_self: Self,
) -> None:
    with Archive.writing(fresh_self) as archive, archive.transaction():
        run = archive.begin_import("telegram", importer="test", version="1")
        run.upsert_thread(ThreadDraft("ben", "Ben", "direct"))
        for name in ("Anna", "Ben"):
            run.put_record(_said(f"{name} was here", name, thread="ben"))
        run.finish_import()
        (ben,) = archive.contacts.named("Ben")
        archive.audiences.add("guests", Rules(exclude_contacts=tuple(one.id for one in ben.identities)))
    with open_view(fresh_self, "retrieve", "guests") as view:
        assert list(view.records()) == view.people() == view.threads() == []
