"""Bytes of a mail -> text, whatever the mail says about its charset.

Mails name charsets that nobody knows (`x-unknown`), that mean another (`ks_c_5601-1987`, `iso-8859-1` for
Windows' own), or none at all. Decoding never fails: what cannot be understood becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import re

_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
"""Codecs that mails name, and the larger ones that they mean (as browsers do: WHATWG Encoding)."""

_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "unicode-1-1-utf-7": "utf-7",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
}
# Python's codecs hold more than charsets; some of the others take quadratic time.
_CHARSETS = re.compile(r"utf|cp\d|iso|koi8|mac|gb|big5|euc|shift|johab|hz|ascii|latin|tis|kz|ptcp|hp")
_SINGLE_BYTE = re.compile(r"cp125|cp8|iso8859|koi8|mac|ascii|latin")
_SHIFTED = re.compile(rb"[\x00\x0e\x1b+]|~\{")
"""What ASCII bytes of UTF-16, ISO-2022, UTF-7 or HZ hold."""

_GUESSED_FROM = 1 << 16


def text_of(data: bytes, charset: str | None) -> str:
    """The text of `data`; `charset` is what the mail says, or None."""
    if data.isascii() and not _SHIFTED.search(data):
        return data.decode("ascii")
    codec = _codec(charset)
    if codec is None or _SINGLE_BYTE.match(codec):
        try:  # eight-bit text that happens to be valid UTF-8 is UTF-8, whatever it is called
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in filter(None, (codec, "iso2022_jp" if b"\x1b$" in data else None)):
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    if codec is not None and not codec.startswith("utf"):
        found = data.decode(codec, "replace")
        if found.count("\ufffd") * 20 < len(found):
            return found
    return _guessed(data)


def _codec(charset: str | None) -> str | None:
    """The name of Python's codec for a charset; None if there is none."""
    name = (charset or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return _MEANT.get(found, found) if _CHARSETS.match(found) else None


def _guessed(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut off inside a character
            return data.decode("utf-8", "replace")
    high = [byte for byte in data[:_GUESSED_FROM] if byte >= 0x80]
    letters = sum(chr(byte).isalpha() for byte in data[:_GUESSED_FROM] if byte < 0x80)
    western = all(byte >= 0xC0 or byte in b"\x80\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xa7\xab\xb0\xb4\xbb\xbf"
                  for byte in high)  # fmt: skip
    if western and len(high) <= letters:
        return data.decode("cp1252", "replace")
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_GUESSED_FROM]).best()
    name = best.encoding if best is not None else "cp1252"
    return data.decode(name, "replace")
