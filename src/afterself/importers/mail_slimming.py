"""A mail's bytes -> the same without the contents of its larger attachments, their sizes noted.

Nine tenths of a mailbox are attachments in base64. They are neither needed nor worth parsing line by
line: their place is taken by a header that tells their size. Text parts stay as they are.
"""

from __future__ import annotations

import re

SIZE = "X-Afterself-Size"
_SMALL = 2048
_HEADERS = 16_384
_BASE64 = re.compile(
    rb"^Content-Transfer-Encoding:[ \t]*\"?base64\"?[ \t;]*\r?$", re.IGNORECASE | re.MULTILINE
)
_TYPE = re.compile(
    rb"^Content-Type:[ \t]*(?!text/|message/|multipart/)[\w.+-]+/", re.IGNORECASE | re.MULTILINE
)
_BLANK = re.compile(rb"\n\r?\n")
_ENCODED = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}\r?\n")


def slim(data: bytes) -> bytes:
    """`data` without the base64 of attachments; bytes of other shapes are left alone."""
    if len(data) < 2 * _SMALL:
        return data
    kept: list[bytes] = []
    done = at = 0
    while found := _BASE64.search(data, at):  # past an attachment the search goes on behind it
        part = _part(data, found)
        if part is None:
            at = found.end()
            continue
        head_end, body, end = part
        size = len(data[body:end].translate(None, b"\r\n =")) * 3 // 4
        kept += [data[done:head_end], b"\n%s: %d\n\n" % (SIZE.encode(), size)]
        done = at = end
    return b"".join([*kept, data[done:]]) if kept else data


def _part(data: bytes, encoding: re.Match[bytes]) -> tuple[int, int, int] | None:
    """Ends of the headers, begin and end of the body of an attachment with this line; None if it is none."""
    before = list(_BLANK.finditer(data, max(encoding.start() - _HEADERS, 0), encoding.start()))
    begin = before[-1].end() if before else max(encoding.start() - _HEADERS, 0)
    blank = _BLANK.search(data, encoding.end() - 1, encoding.end() + _HEADERS)
    if blank is None or not _TYPE.search(data, begin, blank.start() + 1):
        return None
    end = data.find(b"\n--", blank.end())
    end = len(data) if end < 0 else end
    if end - blank.end() < _SMALL or not _ENCODED.match(data, blank.end()):
        return None
    return blank.start(), blank.end(), end
