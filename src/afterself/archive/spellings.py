"""How exports write a line that is shown otherwise: escapes of JSON, CSV, HTML and XML, and wrong encodings.

What is forgotten is looked for in all of these, in raw members where nobody knows its place.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator

SHORTEST = 6  # bytes; anything shorter stands in dates, names of fields and other words
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_SCRIPT_SIGNS = re.compile("[&<>'=]")
_JSON_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_WORD = re.compile(r"\w+")


def lines_of(text: str) -> list[str]:
    """The lines of a text that are long enough to be looked for."""
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if len(line.encode("utf-8")) >= SHORTEST]


def spellings(line: str, shortest: int = SHORTEST) -> Iterator[bytes]:
    """A line as exports write it, in UTF-8 and older encodings; none of fewer bytes than `shortest`."""
    escaped = json.dumps(line, ensure_ascii=False)[1:-1]
    words = (line, escaped, escaped.replace("/", "\\/"), line.replace('"', '""'), json.dumps(line)[1:-1])
    for spelled in dict.fromkeys(words):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1252"):
            needle = spelled.encode(encoding, "ignore")
            if len(needle) >= shortest and needle.decode(encoding) == spelled:
                yield needle
    for spelled in dict.fromkeys((*_in_json(line), *_marked_up(line))):
        if len(needle := spelled.encode()) >= shortest:
            yield needle


def _in_json(line: str) -> Iterator[str]:
    """As programs write it for web pages, with escapes in capitals, and read as Latin-1, as by Meta."""
    ascii_only = json.dumps(line)[1:-1]
    for escaped in (ascii_only, json.dumps(line, ensure_ascii=False)[1:-1]):
        yield _SCRIPT_SIGNS.sub(lambda one: f"\\u{ord(one[0]):04x}", escaped)
    yield _ESCAPE.sub(lambda one: "\\u" + one[0][2:].upper(), ascii_only)
    misread = line.encode("utf-8").decode("latin-1")
    yield from (misread, json.dumps(misread)[1:-1], json.dumps(misread, ensure_ascii=False)[1:-1])


def _marked_up(line: str) -> Iterator[str]:
    """In HTML and XML, and that in JSON."""
    few = html.escape(line, quote=False)
    quoted = few.replace('"', "&quot;")
    yield from (json.dumps(few)[1:-1], json.dumps(few, ensure_ascii=False)[1:-1])
    for marked in (few, quoted, quoted.replace("'", "&#39;"), quoted.replace("'", "&apos;")):
        yield marked
        yield _ASTRAL.sub(_surrogates, marked)
        yield _NOT_ASCII.sub(lambda one: f"&#{ord(one[0])};", marked)


def _surrogates(sign: re.Match[str]) -> str:
    data = sign[0].encode("utf-16-be")
    return "".join(f"&#{int.from_bytes(data[n : n + 2])};" for n in (0, 2))


def strings_like(block: bytes, text: str) -> Iterator[bytes]:
    """The strings in a block of JSON that say much the same as `text`: it may have been shortened or named.

    A string counts if at least half of its words are in the text, and half of the text's words in it.
    """
    said = Counter(_WORD.findall(text.casefold()))
    for string in _JSON_STRING.finditer(block):
        if len(string[1]) < SHORTEST:
            continue
        words = Counter(_WORD.findall(_shown(string[0]).casefold()))
        common = (said & words).total()
        if common and 2 * common >= max(said.total(), words.total()):
            yield string[1]


def _shown(string: bytes) -> str:
    try:
        words = str(json.loads(string))
    except ValueError:
        return ""
    with contextlib.suppress(UnicodeError):
        words = words.encode("latin-1").decode("utf-8")
    return html.unescape(words)
