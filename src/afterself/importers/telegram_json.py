"""Telegram's result.json, often larger than memory and not always JSON -> its chats, a message at a time.

Telegram Desktop writes control characters as `\\x0B`, an escape that JSON does not know: the bytes are
mended on the way. An export of one chat has `name`, `type` and `id` at the top, a whole account's has
them inside `chats.list` and `left_chats.list`. What a message means is told in `telegram_message`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from afterself.importers.json_stream import told

_CHUNK = 1 << 18
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|.)", re.DOTALL)
_OPEN_ESCAPE = re.compile(rb"(\\+)(?:x[0-9A-Fa-f]?)?\Z")
_CHATS = ("", "chats.list.item", "left_chats.list.item")
_FIELDS = frozenset(("name", "type", "id"))


@dataclass(slots=True)
class Chat:
    """What stands of a chat before its messages."""

    place: str
    """JSON pointer of the chat."""
    name: str | None = None
    type: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a chat's `messages`, with its JSON pointer."""

    chat: Chat
    fields: dict[str, Any]
    pointer: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose export it is (`personal_information`)."""

    id: str
    name: str


class Mended(io.RawIOBase):
    """A byte stream in which `\\x0B` inside strings reads `\\u000B`."""

    def __init__(self, inner: BinaryIO) -> None:
        super().__init__()
        self._inner = inner
        self._held = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = self._inner.read(_CHUNK)
            if not chunk and not self._held:
                return 0
            self._ready = self._mend(chunk)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _mend(self, chunk: bytes) -> bytes:
        text, self._held = self._held + chunk, b""
        cut = _OPEN_ESCAPE.search(text) if chunk else None
        if cut and len(cut[1]) % 2:  # an escape goes on in the next chunk
            text, self._held = text[: cut.end(1) - 1], text[cut.end(1) - 1 :]
        return _ESCAPE.sub(_as_json, text) if rb"\x" in text else text


def _as_json(escape: re.Match[bytes]) -> bytes:
    return b"\\u00" + escape[1] if escape[1] else escape[0]


def entries(stream: BinaryIO) -> Iterator[Account | Chat | Message]:
    """Account, chats and messages in the order of the file; Broken where it stops being JSON."""
    import ijson

    with told():
        yield from _Entries().of(iter(ijson.parse(Mended(stream))))


class _Entries:
    """The state between two events of the parser."""

    def __init__(self) -> None:
        self._chat = Chat("")
        self._counts = dict.fromkeys(_CHATS, -1)
        self._messages = -1
        self._personal: dict[str, Any] = {}

    def of(self, events: Iterator[tuple[str, str, Any]]) -> Iterator[Account | Chat | Message]:
        from ijson import ObjectBuilder

        in_message = {f"{chat}.messages.item".lstrip("."): chat for chat in _CHATS}
        in_field = {f"{chat}.{field}".lstrip("."): field for chat in _CHATS for field in _FIELDS}
        for prefix, event, value in events:
            if prefix in in_message:
                self._messages += 1
                pointer = f"{self._chat.place}/messages/{self._messages}"
                if event != "start_map":
                    yield Message(self._chat, {}, pointer)
                    continue
                builder = ObjectBuilder()
                builder.event(event, value)
                for prefix, event, value in events:  # the same iterator goes on
                    builder.event(event, value)
                    if event == "end_map" and prefix in in_message:
                        break
                yield Message(self._chat, builder.value, pointer)
            elif prefix in in_field:
                field = in_field[prefix]
                setattr(self._chat, field, None if value is None and field == "name" else str(value))
            elif event == "start_array" and prefix.endswith("messages") and self._is_chat(prefix):
                self._messages = -1
                yield self._chat
            elif event == "start_map" and prefix in self._counts:
                self._counts[prefix] += 1
                place = prefix.replace(".", "/").removesuffix("item")
                self._chat = Chat(f"/{place}{self._counts[prefix]}" if prefix else "")
            elif prefix.startswith("personal_information"):
                if event == "end_map" and prefix == "personal_information":
                    yield from self._account()
                elif event in ("string", "number"):
                    self._personal[prefix.rpartition(".")[2]] = value

    def _is_chat(self, prefix: str) -> bool:
        return prefix.removesuffix("messages").removesuffix(".") in self._counts

    def _account(self) -> Iterator[Account]:
        id = self._personal.get("user_id")
        names = (self._personal.get(part) for part in ("first_name", "last_name"))
        if id:
            yield Account(str(id), " ".join(str(name) for name in names if name))
