"""The claims that the support check is fitted on: those of support_fit/ and the dev half of claims/.

`support_fit/*.txt` hold invented persons' messages (@), each group with claims that are true (=) and false
(!) of it, each with its kind; ~ is what somebody said right before the message above it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from afterself.memory.support import Cast, Evidence, cast_of
from afterself.memory.support.witness import Witness
from afterself.policy import open_view
from support_check import holding, imported, lines, plain

WRITTEN = Path(__file__).parent / "support_fit"
OF_INVENTION = ("i", "invention")


@dataclass(frozen=True)
class Example:
    """A claim with what it is said to rest on."""

    claim: str
    true: bool
    kind: str
    evidence: tuple[Evidence, ...]
    cast: Cast
    dev: bool = False

    @property
    def kept_apart(self) -> int:
        """0 for a true claim, 1 for a changed one, 2 for an invented one."""
        return 0 if self.true else 2 if self.kind in OF_INVENTION else 1


def examples(path: Path) -> Iterator[Example]:
    """The claims of one file."""
    owner, cast = "", Cast()
    records: list[Evidence] = []
    claimed = True
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# owner: "):
            owner = line[9:]
        elif line.startswith("# cast: "):
            cast = cast_of(owner, tuple(line[8:].split(", ")))
        elif line.startswith("@ "):
            if claimed:
                records, claimed = [], False
            when, who, text = line[2:].split(" | ", 2)
            author, listener = who.split(" > ")
            said = datetime.fromisoformat(when)
            records.append(Evidence(text, author, author == owner, said, listener, (listener,)))
        elif line.startswith("~ "):
            before_author, before = line[2:].split(" | ", 1)
            records[-1] = replace(records[-1], before=before, before_author=before_author)
        elif line[:2] in ("= ", "! "):
            claimed = True
            _, kind, claim = line.split(" ", 2)
            yield Example(claim, line[0] == "=", kind, tuple(records), cast)


def of_the_demo() -> Iterator[Example]:
    """The dev half of the claims about the demo person."""
    with tempfile.TemporaryDirectory() as folder, open_view(imported(Path(folder)), "retrieve") as view:
        witness = Witness(view)
        records = [(plain(record.text), record.author_name, record.id) for record in view.records()]
        for true, name, field in ((True, "true.jsonl", "evidence"), (False, "false.jsonl", "made_from")):
            for item in lines(name, "dev"):
                ids = [found for one in item[field] for found in holding(records, one)]
                evidence = tuple(witness.evidence(ids))
                yield Example(item["claim"], true, item["kind"], evidence, witness.cast, dev=True)
