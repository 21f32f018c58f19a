"""The fields of one generic row -> a record draft, or the reason why there is none.

Required are `conversation`, `author` and `text`; `time` may be null. A date without a
time keeps its day: it is stored as 00:00 UTC of that date with precision "day" and no
zone. A wrong optional field is left out with a warning; a wrong required one, `id`
or `kind` costs the record, because guessing it would change what was said by whom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast, get_args

from afterself.archive.drafts import Kind, Person, Precision, RecordDraft
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.csv_rows import Row
from afterself.importers.local_time import LocalClock

_KINDS = frozenset(get_args(Kind))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
_NUMBER = re.compile(r"-?\d{1,16}(\.\d+)?")
_SECONDS = re.compile(r"[T ]\d{2}:?\d{2}:?\d{2}")
_MILLISECONDS_FROM = 1e11


@dataclass(frozen=True, slots=True)
class Said:
    """When something was said, as far as the row tells."""

    at: datetime | None
    precision: Precision
    raw: str
    zone: str | None


def thread_and_author(row: Row) -> tuple[str, str | None] | None:
    """The conversation and author of a row that has both and a text; None for any other."""
    try:
        if row.fields is None or not _text(row.fields):
            return None
        return _conversation(row.fields), _author(row.fields)
    except Unreadable:
        return None


def record_of(row: Row, clock: LocalClock, after: datetime | None) -> tuple[RecordDraft, list[str]]:
    """The draft of a row and warnings about optional fields; Unreadable says why there is none.

    `after` is the time of the record before it in its conversation.
    """
    fields = row.fields
    if fields is None:
        raise Unreadable(row.why)
    warnings: list[str] = []
    text, author = _text(fields), _author(fields)
    said = said_at(fields.get("time"), clock, after)
    if storable(text) != text:
        text = storable(text)
        warnings.append("half a character (a lone surrogate) was replaced by U+FFFD")
    draft = RecordDraft(
        thread=_conversation(fields),
        raw=row.raw.encode("utf-8"),
        text=text,
        kind=_kind(fields),
        author=Person(author, author) if author else None,
        said_at=said.at,
        precision=said.precision,
        said_raw=said.raw,
        locator=row.locator,
        native_id=_id(fields, "id"),
        zone=said.zone,
        recipients=_recipients(fields, warnings),
        reply_to=_reply_to(fields, warnings),
        language=_language(fields, warnings),
    )
    return draft, warnings


def said_at(value: object, clock: LocalClock, after: datetime | None) -> Said:
    """A time of the generic format; Unreadable if it is none.

    ISO 8601 with or without offset, a date, unix seconds, or unix milliseconds from 1e11 on.
    """
    if value is None:
        return Said(None, "none", "", None)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unreadable("time is neither a string, a number nor null")
    raw = str(value).strip()
    try:
        if isinstance(value, str) and _DATE.fullmatch(raw):
            day = date.fromisoformat(raw)
            return Said(datetime(day.year, day.month, day.day, tzinfo=UTC), "day", raw, None)
        if not isinstance(value, str) or _NUMBER.fullmatch(raw):
            number = float(value)
            seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
            return Said(datetime.fromtimestamp(seconds, UTC), "second", raw, "UTC")
        read = datetime.fromisoformat(raw.removesuffix(" UTC") + "Z" if raw.endswith(" UTC") else raw)
        precision: Precision = "second" if _SECONDS.search(raw) else "minute"
        if read.tzinfo is None:
            return Said(clock.utc(read, after), precision, raw, clock.name)
        return Said(read.astimezone(UTC), precision, raw, read.tzname())
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable("time is no ISO 8601 time and no unix time") from error


def _conversation(fields: dict[str, object]) -> str:
    return _string(fields, "conversation") or _missing("conversation")


def _text(fields: dict[str, object]) -> str:
    value = fields.get("text")
    if value is None:
        raise Unreadable("text is missing")
    if not isinstance(value, str):
        raise Unreadable("text is not a string")
    if not value.strip():
        raise Unreadable("text is empty")
    return value


def _author(fields: dict[str, object]) -> str | None:
    author = _string(fields, "author")
    return author if author or fields.get("kind") == "system" else _missing("author")


def _kind(fields: dict[str, object]) -> Kind:
    kind = fields.get("kind") or "message"
    if kind not in _KINDS:
        raise Unreadable(f"kind is none of: {', '.join(get_args(Kind))}")
    return cast(Kind, kind)


def _string(fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return storable(value).strip() if value else None
    raise Unreadable(f"{name} is not a string")


def _id(fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _string(fields, name)


def _reply_to(fields: dict[str, object], warnings: list[str]) -> str | None:
    try:
        return _id(fields, "reply_to")
    except Unreadable:
        warnings.append("reply_to is neither a string nor a number and was left out")
        return None


def _recipients(fields: dict[str, object], warnings: list[str]) -> tuple[Person, ...]:
    value = fields.get("recipients")
    listed = value.split(";") if isinstance(value, str) else value if value is not None else []
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        warnings.append("recipients is not a list of names and was left out")
        return ()
    names = dict.fromkeys(storable(name).strip() for name in listed)
    return tuple(Person(name, name) for name in names if name)


def _language(fields: dict[str, object], warnings: list[str]) -> str | None:
    value = fields.get("language")
    if value is None or (isinstance(value, str) and _LANGUAGE.fullmatch(value)):
        return value or None
    warnings.append("language is no language tag such as en or pt-BR and was left out")
    return None


def _missing(name: str) -> str:
    raise Unreadable(f"{name} is missing")
