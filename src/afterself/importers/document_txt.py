"""Plain text of any encoding -> a document. Where the bytes do not say what they are, it is guessed and said.

A byte order mark counts, then UTF-8, then what the letters fit best (charset-normalizer); what is not text
at all is refused.
"""

from __future__ import annotations

import codecs

from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.document import Document

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_LOOKED_AT = 1 << 17
_WESTERN = frozenset(range(0xC0, 0x100)) | frozenset(
    b"\x80\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xa7\xab\xb0\xb4\xbb\xbf\xa1"
)


def read(data: bytes) -> Document:
    """The document of a text file's bytes. Unreadable if they are no text."""
    text, warning = decoded(data)
    return Document(plain(text), warning=warning)


def plain(text: str) -> str:
    """Text with LF at line ends, without zero bytes and blank lines around it."""
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    lines = text.rstrip().split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[first:])


def decoded(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Text and a warning if its encoding was guessed; `declared` is a codec that the file names itself."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), ""
    if data.count(0) * 50 > len(data):
        raise Unreadable("it is not text")
    for codec in filter(None, ("utf-8", declared)):
        try:
            return data.decode(codec), ""
        except (UnicodeError, LookupError):
            continue
    guess = _guess(data)
    if guess is None:
        raise Unreadable("it is not text")
    return data.decode(guess, "replace"), f"not UTF-8; read as {guess}: check some accented letters"


def _guess(data: bytes) -> str | None:
    high = [byte for byte in data[:_LOOKED_AT] if byte >= 0x80]
    letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in data[:_LOOKED_AT])
    if _WESTERN.issuperset(high) and len(high) <= letters:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_LOOKED_AT]).best()
    return None if best is None else best.encoding
