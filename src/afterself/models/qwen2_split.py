"""Text -> the words that byte-level BPE merges inside of, as Qwen2's pattern splits it.

The pattern, alternatives tried in this order at each place:

    (?i:'s|'t|'re|'ve|'m|'ll|'d)    [^\\r\\n\\p{L}\\p{N}]?\\p{L}+    \\p{N}
     ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*    \\s*[\\r\\n]+    \\s+(?!\\S)    \\s+

Python's `re` knows no \\p{L}, hence this scanner. The pattern's engine knows Unicode 16: what older
Pythons lack of it stands in a table here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(c) for c in range(0x2000, 0x200B)
}
_NEWLINES = "\r\n"

# Assigned in Unicode 15, 15.1 and 16.
_NEWER_LETTERS = (
    "1c89-1c8a a7cb-a7cd a7da-a7dc 105c0-105f3 10d4a-10d65 10d6f-10d85 10ec2-10ec4 1123f-11240 "
    "11380-11389 1138b 1138e 11390-113b5 113b7 113d1 113d3 11bc0-11be0 11f02 11f04-11f10 11f12-11f33 "
    "1342f 13441-13446 13460-143fa 16100-1611d 16d40-16d6c 18cff 1b132 1b155 1df25-1df2a 1e030-1e06d "
    "1e4d0-1e4eb 1e5d0-1e5ed 1e5f0 2b739 2ebf0-2ee5d 31350-323af"
)
_NEWER_NUMBERS = (
    "10d40-10d49 116d0-116e3 11bf0-11bf9 11f50-11f59 16130-16139 16d70-16d79 1ccf0-1ccf9 1d2c0-1d2d3 "
    "1e4f0-1e4f9 1e5f1-1e5fa"
)


@lru_cache(maxsize=8192)
def _kind(char: str) -> str:
    """L letter, N number, S space, O other."""
    if char in _SPACES:
        return "S"
    category = unicodedata.category(char)
    if category == "Cn":
        return _newer(ord(char))
    return category[0] if category[0] in "LN" else "O"


def _newer(point: int) -> str:
    for kind, table in (("L", _NEWER_LETTERS), ("N", _NEWER_NUMBERS)):
        for item in table.split():
            first, _, last = item.partition("-")
            if int(first, 16) <= point <= int(last or first, 16):
                return kind
    return "O"


def split_words(text: str) -> Iterator[str]:
    """The words of the text, in order; together they are the text."""
    kinds = [_kind(char) for char in text]
    at, size = 0, len(text)
    while at < size:
        end = _word_end(text, kinds, at, size)
        yield text[at:end]
        at = end


def _word_end(text: str, kinds: list[str], at: int, size: int) -> int:
    kind = kinds[at]
    if text[at] == "'" and (length := _contraction(text[at + 1 : at + 3])):
        return at + 1 + length
    if kind == "L":
        return _run(kinds, at, size, "L")
    if kind == "N":
        return at + 1
    if text[at] not in _NEWLINES and at + 1 < size and kinds[at + 1] == "L":
        return _run(kinds, at + 1, size, "L")
    other = at + 1 if text[at] == " " and at + 1 < size and kinds[at + 1] == "O" else at
    if kinds[other] == "O":
        end = _run(kinds, other, size, "O")
        while end < size and text[end] in _NEWLINES:
            end += 1
        return end
    return _blank_end(text, at, _run(kinds, at, size, "S"), size)


def _contraction(after: str) -> int:
    """Length of the English contraction behind an apostrophe; 0 if there is none."""
    low = after.lower()
    if low[:2] in ("re", "ve", "ll") and len(after) >= 2:
        return 2
    return 1 if low[:1] in ("s", "t", "m", "d") or after[:1] == "\u017f" else 0


def _run(kinds: list[str], at: int, size: int, kind: str) -> int:
    while at < size and kinds[at] == kind:
        at += 1
    return at


def _blank_end(text: str, at: int, end: int, size: int) -> int:
    """End of a word within the run of blanks [at, end): through its last newline, if it has one;
    else all of it at the end of the text, all but the last blank before a word."""
    for last in range(end - 1, at - 1, -1):
        if text[last] in _NEWLINES:
            return last + 1
    return end if end == size or end - at == 1 else end - 1
