"""Files that lie beside a WhatsApp chat and were sent in it.

A zip that a phone made of one chat holds nothing else. In a folder, where other things may lie as well, the
chat is read for the names that it cites, if anything lies beside it at all. A file that is itself named as
WhatsApp names chats stays a chat, also where somebody sent it: that is how people save them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from afterself.errors import SourceError
from afterself.importers.attached import beside
from afterself.importers.source_view import NESTED, SourceView
from afterself.importers.text_lines import encoding_of, lines
from afterself.importers.whatsapp_lines import header_of
from afterself.importers.whatsapp_phrases import body_of
from afterself.importers.whatsapp_titles import named_by_phone, titled


def attached(source: SourceView, chats: Collection[str]) -> set[str]:
    """Members of the source that were sent in one of `chats`, among them chats that were sent as files."""
    there = [name for name in chats if NESTED not in name]  # nobody else looks into a zip in a folder
    if source.kind == "zip" and len(there) == 1 and named_by_phone(there[0], source.outer_name):
        return {name for name in source.names() if name.startswith(beside(there[0])) and name != there[0]}
    around: defaultdict[str, set[str]] = defaultdict(set)
    for name in source.names() if there else ():
        if not titled(name.rpartition("/")[2]):
            around[beside(name)].add(name)
    sent: set[str] = set()
    for chat in sorted(there, key=lambda name: (not titled(name.rpartition("/")[2]), name)):
        others = around[beside(chat)] - {chat}
        if others and chat not in sent:
            sent |= others & {beside(chat) + name for name in _cited(source, chat)}
    return sent


def _cited(source: SourceView, chat: str) -> Iterator[str]:
    try:
        encoding = encoding_of(source, chat)
        for line in lines(source, chat, encoding):
            if line.text and "." in line.text and (line.text.endswith(")") or "<" in line.text):
                yield from _files(line.text)
    except SourceError:
        return  # told when the chat is read


def _files(text: str) -> Iterable[str]:
    header = header_of(text)
    if header is None:
        return body_of(text).files
    starts = (header.body + len(name) + 2 for name in header.head.names)
    return (file for start in starts for file in body_of(text[start:]).files)
