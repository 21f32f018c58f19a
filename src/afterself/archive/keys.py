"""What a record, a thread and a forgotten text are known by: source keys and keyed hashes.

Ids are HMACs under the self's secret, so that they tell nothing outside it, and
two copies of one self mint the same ones. Nothing here touches the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
NO_ACCOUNT = "-"


def thread_key(source: str, account: str, key: str) -> str:
    """`source/account/thread key`; a slash inside a part is escaped, so that no two threads share a key."""
    return "/".join(_part(part) for part in (source, account or NO_ACCOUNT, key))


def native_key(thread: str, native_id: str) -> str:
    """Source key of a record that its platform gave an id."""
    native = nfc(native_id)
    return f"{thread}/%68:{native[2:]}" if native.startswith("h:") else f"{thread}/{native}"


def raw_key(thread: str, raw_hash: str, occurrence: int) -> str:
    """Source key of a record without an id: hash of its raw block, and which of identical blocks it is."""
    return f"{thread}/h:{raw_hash}:{occurrence}"


def hash_raw(raw: bytes) -> str:
    """32 hex digits of the raw block's SHA-256."""
    return hashlib.sha256(raw).hexdigest()[:32]


def keyed_id(secret: bytes, source_key: str) -> str:
    """The id that goes with a source key: 20 hex digits of its HMAC."""
    return hmac.digest(secret, source_key.encode("utf-8"), "sha256").hex()[:20]


def key_tombstone(secret: bytes, source_key: str) -> bytes:
    """What remains of a forgotten record's source key or alias."""
    return hmac.digest(secret, b"forgotten key\0" + source_key.encode("utf-8"), "sha256")


def text_tombstone(secret: bytes, said_at: int | None, text: str) -> bytes | None:
    """What remains of a forgotten text: keyed hash of its minute and its normalised words.

    None where that would also bury what others said: no words, or no time and few words.
    """
    words = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()
    if not words or (said_at is None and len(words) < 40):
        return None
    minute = "" if said_at is None else str(said_at // 60_000_000)
    return hmac.digest(secret, f"forgotten text\0{minute}\0{words}".encode(), "sha256")


def person_tombstone(secret: bytes, source: str, handle: str) -> bytes:
    """What remains of a contact who was forgotten: keyed hash of a handle in a source."""
    who = f"forgotten person\0{source}\0{nfc(handle).strip()}"
    return hmac.digest(secret, who.encode("utf-8"), "sha256")


def nfc(text: str) -> str:
    """A key, handle or name in one Unicode form, without what UTF-8 cannot hold."""
    return unicodedata.normalize("NFC", storable(text))


def storable(text: str) -> str:
    """`text` with lone surrogates replaced one by one, so that offsets stay true."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def storable_or_none(text: str | None) -> str | None:
    """`storable` of what an export may not say."""
    return None if text is None else storable(text)


def folded(name: str) -> str:
    """A name or handle as names are compared: NFC, runs of blanks as one, without case."""
    return " ".join(nfc(name).split()).casefold()


def microseconds(moment: datetime) -> int:
    """Aware datetime -> microseconds since 1970 UTC (negative before)."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Microseconds since 1970 -> aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=value)


def _part(text: str) -> str:
    return nfc(text).replace("%", "%25").replace("/", "%2F")
