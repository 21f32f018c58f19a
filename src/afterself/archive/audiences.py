"""Audiences: named filters that say what a listener other than the owner may see.

Kept in the archive as JSON; each decision goes into the change log under the keyed name. What a
filter means in SQL is the business of `policy.seen`.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass
from typing import Any

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.keys import keyed_id
from afterself.errors import UsageError

OWNER = "owner"
"""The audience that sees everything: whose self it is, or who cares for it."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What an audience may see: what passes every filter. An empty one lets everything through.

    `contacts` and `exclude_contacts` are identity ids. With `contacts`, only conversations that one of
    them takes part in, and there what they and the owner said; of `exclude_contacts` nothing, nor any
    conversation that only they and the owner have. [`since`, `until`) are microseconds since 1970 UTC;
    what has no date passes neither. `labels`: at least one of them, `exclude_labels`: none of them.
    Without `quotes` nothing is shown verbatim.
    """

    sources: tuple[str, ...] = ()
    exclude_sources: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()
    exclude_contacts: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    labels: tuple[str, ...] = ()
    exclude_labels: tuple[str, ...] = ()
    quotes: bool = True


@dataclass(frozen=True, slots=True)
class Audience:
    """A named filter. `made_at` is microseconds since 1970 UTC."""

    name: str
    rules: Rules
    made_at: int


def checked_audience(name: str) -> str:
    """The name as it is kept; UsageError if it cannot be one."""
    name = name.strip().lower()
    if name == OWNER:
        raise UsageError("The audience “owner” always sees everything.", remedy="Choose another name.")
    if not _NAME.fullmatch(name):
        raise UsageError(
            "The name of an audience is 1 to 60 small letters, digits, “-”, “_” or “.”.",
            remedy="For example: afterself audience add colleagues",
        )
    return name


def find_audience(db: apsw.Connection, name: str) -> Audience | None:
    """The audience of that name, or None."""
    row = db.execute(
        "SELECT name, rules, made_at FROM audience WHERE name = ?", (name.strip().lower(),)
    ).fetchone()
    return None if row is None else _audience(*row)


def read_audiences(db: apsw.Connection) -> list[Audience]:
    """Every audience, by name."""
    rows: Any = db.execute("SELECT name, rules, made_at FROM audience ORDER BY name").fetchall()
    return [_audience(*row) for row in rows]


def _audience(name: str, rules: str, made_at: int) -> Audience:
    facts: dict[str, Any] = json.loads(rules)
    read: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()
    }
    return Audience(name, Rules(**read), made_at)


class Audiences:
    """The audiences of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, changes: ChangeLog) -> None:
        self._db, self._secret, self._changes = db, secret, changes

    def all(self) -> list[Audience]:
        """Every audience, by name."""
        return read_audiences(self._db)

    def get(self, name: str) -> Audience:
        """The audience of that name; UsageError names those that there are."""
        found = find_audience(self._db, name)
        if found is None:
            there = ", ".join(one.name for one in self.all())
            raise UsageError(
                f"There is no audience “{name.strip()}”.",
                remedy=f"There is: {there}" if there else "Make one: afterself audience add NAME",
            )
        return found

    def add(self, name: str, rules: Rules, *, replace: bool = False) -> Audience:
        """Make an audience; UsageError if there is one of that name, unless it is to be replaced."""
        name = checked_audience(name)
        if not replace and find_audience(self._db, name) is not None:
            raise UsageError(
                f"There is an audience “{name}” already. Nothing was changed.",
                remedy=f"See it: afterself audience show {name}\nOr write over it: add --replace",
            )
        made = Audience(name, rules, time.time_ns() // 1000)
        facts = json.dumps(asdict(rules), sort_keys=True, ensure_ascii=False)
        self._db.execute(
            "INSERT INTO audience VALUES (?1, ?2, ?3) "
            "ON CONFLICT (name) DO UPDATE SET rules = ?2, made_at = ?3",
            (name, facts, made.made_at),
        )
        hashed = keyed_id(self._secret, f"audience rules/{facts}")
        self._changes.append("audience made", audience=self._key(name), rules=hashed)
        return made

    def remove(self, name: str) -> Audience:
        """Take an audience away: nobody sees anything under that name any more."""
        found = self.get(name)
        self._db.execute("DELETE FROM audience WHERE name = ?", (found.name,))
        self._changes.append("audience removed", audience=self._key(found.name))
        return found

    def _key(self, name: str) -> str:
        return keyed_id(self._secret, f"audience/{name}")
