"""The name of a WhatsApp chat stands in a file name only, in the exporting phone's language.

iOS calls every chat file `_chat.txt` and names the chat on the zip around it, so two
such zips are told apart by their outer names alone. Which file is a chat at all is
decided by its content, in `whatsapp`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from afterself.importers.member_names import NESTED

_APP = "(?:WhatsApp|واتساب)"
_TITLED = re.compile(
    r"(?:"
    rf"[^-]{{0,24}}{_APP}(?:-\w+)?[^-]{{0,16}} -|"  # iOS, in every language: … WhatsApp … - NAME
    r"WhatsApp Chat with|"
    r"WhatsApp[- ]Chat mit|"
    r"Chat (?:de )?WhatsApp con|"  # es, it
    r"(?:Discussion|Conversation|Chat) WhatsApp avec|"
    r"Conversa do WhatsApp com|Chat (?:do )?WhatsApp com|"
    r"WhatsApp-chat met|WhatsApp-chatt med|WhatsApp-(?:chat|samtale) med|"
    r"Cza[tc] WhatsApp z|Chat WhatsApp dengan|"
    r"Чат (?:в )?WhatsApp с(?: контактом)?|(?:محادثة|دردشة) واتساب مع"
    r")\s+(?P<title>.+)"
    r"|(?P<before>.+?) (?:ile WhatsApp Sohbeti|के साथ WhatsApp चैट)"
    r"|[與与和](?P<within>.+?)\s?的 ?WhatsApp ?(?:對話|对话|聊天|聊天记录|聊天紀錄)",
    re.IGNORECASE,
)
_IOS_MEMBER = "_chat"
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DOWNLOADED_AGAIN = re.compile(r"\s?\(\d\)$")


@lru_cache(maxsize=4096)
def clean_name(name: str) -> str:
    """A name without WhatsApp's invisible marks, its spaces made plain, NFC."""
    return " ".join(unicodedata.normalize("NFC", _MARKS.sub("", name)).split())


def titled(file_name: str) -> str | None:
    """The chat's name if a file is named as WhatsApp names exports, in any of its languages."""
    match = _TITLED.fullmatch(_stem(file_name))
    return (match["title"] or match["before"] or match["within"]) if match else None


def chat_title(member: str, outer_name: str) -> str | None:
    """The chat's name by the member, its folder, the zip or folder around it; None if no name says it.

    `member` may be `zip!/member`; `outer_name` is the name of what the person handed in.
    """
    file_name, *around = _containers(member, outer_name)
    for name in (file_name, *around):
        found = titled(name)
        if found:
            return found
    if _stem(file_name) != _IOS_MEMBER:
        return _stem(file_name)
    return _stem(around[0]) if around else None


def named_by_phone(member: str, outer_name: str) -> bool:
    """True if the member, its folder or the zip around it is named as WhatsApp names exports."""
    file_name, *around = _containers(member, outer_name)
    return _stem(file_name) == _IOS_MEMBER or any(titled(name) for name in (file_name, *around))


def _containers(member: str, outer_name: str) -> list[str]:
    """The file's own name, then what it lies in, from the inside out."""
    parts = [part for name in member.split(NESTED) for part in name.split("/")]
    return [*reversed(parts), *([outer_name] if [outer_name] != parts else [])]


def _stem(file_name: str) -> str:
    stem = re.sub(r"\.(?:txt|zip)$", "", clean_name(file_name), flags=re.IGNORECASE)
    return _DOWNLOADED_AGAIN.sub("", stem) or stem
