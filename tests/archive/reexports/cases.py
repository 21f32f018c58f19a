"""The rows of `cases.json` as plain data, and what must stand in the archive after the last import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from phone import Export, Line, lines_of

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
_TITLES = {"nilo": "Nilo"}


@dataclass(frozen=True)
class Step:
    """One import: decisions before it, the export, what the reader is told, what must come of it."""

    raw: dict[str, Any]
    case: dict[str, Any]

    @property
    def before(self) -> list[list[Any]]:
        found: list[list[Any]] = self.raw.get("before", [])
        return found

    @cached_property
    def export(self) -> Export:
        raw, chat = self.raw, self.raw.get("chat", self.case["chat"])
        title = _TITLES.get(chat) or self.case.get("title", "")
        return Export(
            chat=chat,
            style=raw.get("style", "android-en-GB"),
            zone=raw.get("zone", self.home),
            title=raw.get("title", title),
            names=tuple(raw.get("names", {}).items()),
            media=raw.get("media", False),
            part=tuple(raw.get("part", (1, 10**6))),
            edits=tuple((int(number), text) for number, text in raw.get("edits", {}).items()),
            unsent=tuple(raw.get("unsent", ())),
            more=tuple(raw.get("more", ())),
            owner=self.case.get("owner", "Ida"),
        )

    @property
    def home(self) -> str:
        return str(self.case.get("home", "Europe/Berlin"))

    @property
    def read_zone(self) -> str:
        return str(self.raw.get("read_zone", self.home))

    @property
    def me(self) -> tuple[str, ...]:
        return tuple(self.raw.get("me", [self.case.get("owner", "Ida")]))

    @property
    def lines(self) -> list[Line]:
        first, last = self.export.part
        return [one for one in lines_of(self.export.chat, self.export.more) if first <= one.number <= last]

    @property
    def expected(self) -> dict[str, int]:
        told = {name: self.raw["expect"].get(name, 0) for name in ("new", "same", "changed", "forgotten")}
        return {name: len(self.lines) if count == "all" else count for name, count in told.items()}

    @property
    def leeway(self) -> int:
        """How many of `same` may count as changed: WhatsApp's own lines in other words."""
        return int(self.raw.get("reworded", 0)) + int(self.raw.get("may_change", 0))


@dataclass(frozen=True)
class Wanted:
    """A record as it must stand at the end; `text` is None where only WhatsApp's own words stand."""

    who: str
    text: str | None
    deleted: bool


def steps_of(name: str) -> list[Step]:
    case = CASES[name]
    return [Step(raw, case) for raw in case["steps"]]


def wanted_of(name: str) -> dict[str, list[Wanted]]:
    """For each chat of a case, its records in order of saying, after the last import."""
    steps, found = steps_of(name), {}
    for chat in dict.fromkeys(step.export.chat for step in steps):
        mine = [step for step in steps if step.export.chat == chat]
        lines = {one.number: one for step in mine for one in step.lines}
        edits: dict[int, str] = {}
        unsent: set[int] = set()
        for step in mine:
            edits.update(step.export.edits)
            unsent.update(step.export.unsent)
        gone = [before for step in mine for before in step.before]
        numbers = {before[1] for before in gone if before[0] == "forget record"}
        edits.update({before[1]: before[2] for before in gone if before[0] == "correct"})
        people = {before[1] for before in gone if before[0] == "forget contact"}
        found[chat] = [
            _wanted(line, edits, unsent)
            for line in sorted(lines.values(), key=lambda one: one.number)
            if line.number not in numbers and line.who not in people
        ]
    return found


def _wanted(line: Line, edits: dict[int, str], unsent: set[int]) -> Wanted:
    if line.number in unsent or line.text == "{deleted}":
        return Wanted(line.who, None, deleted=True)
    said = line.who != "*" and not line.text.startswith("{")
    return Wanted(line.who, edits.get(line.number, line.text) if said else None, deleted=False)
