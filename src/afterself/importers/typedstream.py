"""Apple's archived texts in chat.db: the words of an `attributedBody`, and what became of a message.

`attributedBody` is a typedstream: its first NSString holds the text, its length one byte, or after 0x81 two
and after 0x82 four, little-endian. `message_summary_info` is a binary property list: `ec` holds earlier
wordings by part, `rp` the parts that were taken back.
"""

from __future__ import annotations

import plistlib
from typing import Any

from afterself.archive.keys import storable
from afterself.importers.json_fields import table

_WIDTHS = {0x81: 2, 0x82: 4}
_MOST_WORDINGS = 100


def text_of(blob: object) -> str:
    """The text of a typedstream; "" if there is none that can be read."""
    if not isinstance(blob, bytes):
        return ""
    at = blob.find(b"NSString")
    at = blob.find(b"\x01+", at) + 2 if at >= 0 else 1
    if at < 2 or at >= len(blob):
        return ""
    width = _WIDTHS.get(blob[at], 0)
    size = int.from_bytes(blob[at + 1 : at + 1 + width], "little") if width else blob[at]
    begin = at + 1 + width
    return storable(blob[begin : begin + size].decode("utf-8", "replace"))


def wordings_of(blob: object) -> tuple[list[str], bool]:
    """Every wording of an edited message's first part, oldest first; and whether a part was taken back."""
    if not isinstance(blob, bytes):
        return [], False
    try:
        summary = table(plistlib.loads(blob, fmt=plistlib.FMT_BINARY))
    except Exception:  # plistlib raises whatever it stumbles over
        return [], False
    events = table(summary.get("ec")).get("0")
    told: list[Any] = events[:_MOST_WORDINGS] if isinstance(events, list) else []
    texts = [text_of(one.get("t")) for one in told if isinstance(one, dict)]
    return [text for text in texts if text], bool(summary.get("rp"))
