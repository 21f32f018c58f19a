"""Large JSON files -> their items one by one, never whole in memory; how a damaged one is told.

Used by importers of formats that are one array of conversations or messages. ijson's own errors
quote the text they choked on, so none of them gets out of here. A file that is damaged on the way gives
what stands before the damage, and a Problem; one of which nothing can be read is a SourceError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from afterself.archive.drafts import Problem, RecordDraft, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Unreadable
from afterself.importers.source_view import SourceView, shown


class Broken(Exception):
    """The file is no JSON from some place on; its message tells the kind of fault and no text."""


@contextmanager
def told() -> Iterator[None]:
    """Turn the parser's errors into Broken."""
    import ijson

    try:
        yield
    except ijson.IncompleteJSONError as error:
        raise Broken("the file ends in the middle or is damaged from here on") from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise Broken("the file is damaged: it is no JSON from here on") from error


def begins(head: bytes, opening: bytes, *shapes: re.Pattern[bytes]) -> bool:
    """Whether a file begins with a byte of `opening`, blanks and a mark aside, and holds all shapes."""
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return bool(text) and text[0] in opening and all(one.search(text) for one in shapes)


def each(
    found: Iterable[Any], member: str, prefix: str, read: Callable[[Any, str], Iterator[Yielded]]
) -> Iterator[Yielded]:
    """What `read` makes of each item and its JSON pointer; an item that is Unreadable is a Problem."""
    for number, fields in enumerate(found):
        pointer = f"{prefix}/{number}"
        try:
            yield from read(fields, pointer)
        except Unreadable as why:
            yield Problem("skipped", shown(member) + pointer, str(why))
        except RecursionError:
            yield Problem("skipped", shown(member) + pointer, "it is nested too deeply")


def items(stream: BinaryIO, prefix: str = "item") -> Iterator[Any]:
    """The items of the array that the file is, or has at `prefix`; Broken where it stops being JSON."""
    import ijson

    with told():
        yield from ijson.items(stream, prefix)


def around(stream: BinaryIO, array: str) -> dict[str, Any]:
    """The fields of the object that the file is without its `array`; of a damaged one those before."""
    import ijson

    fields: dict[str, Any] = {}
    key, depth = "", 0
    builder: ijson.ObjectBuilder | None = None
    try:
        with told():
            for event, value in ijson.basic_parse(stream):
                if depth == 1 and event == "map_key":
                    key, builder = value, None if value == array else ijson.ObjectBuilder()
                    continue
                depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
                if builder is not None and depth:
                    builder.event(event, value)
                    if depth == 1:
                        fields[key] = builder.value
    except Broken:
        pass
    return fields


def until_damage(
    yielded: Iterator[Yielded], member: str, remedy: str, *, one_of_many: bool = False
) -> Iterator[Yielded]:
    """What a reader of `member` yields; where the file is Broken it ends with a Problem.

    SourceError with `remedy` if not one record was read before that, unless it is `one_of_many` files.
    """
    read = 0
    try:
        for item in yielded:
            read += isinstance(item, RecordDraft)
            yield item
    except Broken as why:
        if not read and not one_of_many:
            raise SourceError(f"Nothing in “{shown(member)}” can be read: {why}.", remedy=remedy) from why
        where = f"{shown(member)}: after {read} messages"
        yield Problem("error", where, f"{why}; what stands before it was read")


def json_members(source: SourceView) -> list[str]:
    """Members that may be JSON: those named so, or the file itself whatever its name."""
    names = source.names()
    return list(names) if source.kind == "file" else [n for n in names if n.lower().endswith(".json")]


def small_json(source: SourceView, member: str, name: str, limit: int = 1 << 20) -> Any:
    """The JSON of a small file beside `member`; None if there is none or it cannot be read."""
    folder = member.rpartition("/")[0]
    beside = f"{folder}/{name}" if folder else name
    if beside not in source or source.size(beside) > limit:
        return None
    try:
        return json.loads(source.head(beside, limit))
    except (ValueError, RecursionError, SourceError):
        return None
