"""Where a record stands in a kept raw export that names it by a JSON pointer or by a row.

What a text is called there (entities, `\\u` escapes, words read in the wrong encoding, pieces of a list) does
not matter: the whole value is found, and emptying it leaves valid JSON, in which every other pointer still
leads where it did. Rows are those of a table in CSV, or of `message` in the database of Messages.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection

import apsw

Place = tuple[int, int]
"""Begin and end in bytes."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_STRING + rb"|[{}\[\],]", re.DOTALL)
_BRACKET = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_CELL = rb'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_CSV_ROW = re.compile(_CELL + rb"(?:," + _CELL + rb")*+(?:\r?\n|\Z)")
_NAMED = re.compile(
    rb"""(?:"\w*(?:name|title|from|actor|author)\w*"\s*:\s*|\s\w*name=|\stitle=)"$""", re.IGNORECASE
)
_SQLITE = b"SQLite format 3\0"


def json_places(data: bytes, pointers: Collection[str]) -> dict[str, list[Place]]:
    """What stands inside the object, list or string that each pointer names; none if there is no such.

    RFC 6901. A name that an object has twice counts twice. Of a node of a ChatGPT conversation it is only the
    `message`: the others are found by the node's parent and children.
    """
    wanted = {_parts(pointer): pointer for pointer in pointers if not pointer or pointer[0] == "/"}
    nodes = [path for path in wanted if path[-2:-1] == ("mapping",)]
    wanted.update({(*path, "message"): wanted.pop(path) for path in nodes})
    ways = {path[:n] for path in wanted for n in range(len(path) + 1)}
    found: dict[str, list[Place]] = defaultdict(list)
    open_: list[tuple[tuple[str, ...], int, bool]] = []  # path, begin, whether a list
    keys: list[str | int | None] = []
    at = 0
    while ways and (token := _TOKEN.search(data, at)):
        sign, at = token[0], token.end()
        is_list = bool(open_) and open_[-1][2]
        if sign in b"}]":
            if not open_:
                break
            path, begin, _ = open_.pop()
            keys.pop()
            if path in wanted:
                found[wanted[path]].append((begin + 1, token.start()))
        elif sign == b",":
            if keys:
                keys[-1] = int(keys[-1] or 0) + 1 if is_list else None
        elif open_ and not is_list and keys[-1] is None:
            keys[-1] = _name(sign)
        else:
            path = (*open_[-1][0], str(keys[-1])) if open_ else ()
            if sign[:1] == b'"':
                if path in wanted:
                    found[wanted[path]].append((token.start() + 1, at - 1))
            elif path in ways:
                open_.append((path, token.start(), sign == b"["))
                keys.append(0 if sign == b"[" else None)
            else:
                at = _behind(data, at)
    return found


def _parts(pointer: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _name(key: bytes) -> str:
    try:
        return str(json.loads(key))
    except ValueError:
        return ""


def _behind(data: bytes, at: int) -> int:
    """Where the object or list ends that was opened just before."""
    depth = 1
    for bracket in _BRACKET.finditer(data, at):
        sign = bracket[0]
        depth += (sign in b"{[") - (sign in b"}]")
        if not depth:
            return bracket.end()
    return len(data)


def csv_places(data: bytes, rows: Collection[int]) -> dict[int, Place]:
    """The rows of a CSV, the first below its header being 1; a row may be several lines.

    None if a quote stands where it should not: from there on nobody can be sure of the number.
    """
    found: dict[int, Place] = {}
    number = at = 0
    while rows and at < len(data):
        row = _CSV_ROW.match(data, at)
        if row is None:
            return {}
        at = row.end()
        end = row.start() + len(row[0].rstrip(b"\r\n"))
        if end > row.start():
            if number in rows:
                found[number] = (row.start(), end)
            number += 1
    return found


def is_name(data: bytes, place: Place) -> bool:
    """Whether a place is all that stands within quotes as a name or title, in JSON or an attribute of XML."""
    begin, end = place
    return data[end : end + 1] == b'"' and bool(_NAMED.search(data[max(0, begin - 60) : begin]))


def is_database(data: bytes) -> bool:
    """Whether these are the bytes of an SQLite database."""
    return data.startswith(_SQLITE)


def without_messages(data: bytes, rows: Collection[int]) -> bytes | None:
    """The database of Messages without these messages, and without the names of what was attached to them.

    Worked on in memory and written anew, so that no free part of a page keeps them. None if it is damaged.
    """
    db = apsw.Connection(":memory:")
    try:
        db.deserialize("main", data[:18] + b"\x01\x01" + data[20:])  # the header's "has a journal beside it"
        db.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        db.pragma("temp_store", "memory")
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        gone = json.dumps(sorted(rows))
        if {"attachment", "message_attachment_join"} <= tables:
            db.execute(
                "DELETE FROM attachment WHERE rowid IN (SELECT attachment_id FROM message_attachment_join "
                "WHERE message_id IN (SELECT value FROM json_each(?)))",
                (gone,),
            )
        db.execute("DELETE FROM message WHERE rowid IN (SELECT value FROM json_each(?))", (gone,))
        db.execute("VACUUM")
        return db.serialize("main")
    except apsw.Error:
        return None
    finally:
        db.close()
