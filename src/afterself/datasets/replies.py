"""Objects of a replies file -> conversations whose last burst is the reply to be scored.

Each is one JSON object: what was said before (`context`), what the owner then said (`text`, a
string or the messages of a burst), and optionally whom to, over what and when. The serialisation is
that of training, so the figures compare. Which weights score them is the business of `training`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from afterself.archive.keys import folded
from afterself.datasets.bursts import Said, bursts
from afterself.datasets.conversations import Conversation
from afterself.datasets.windows import target_bytes
from afterself.errors import UsageError
from afterself.models.turns import Line

_OWNER_ROLES = {"owner": True, "assistant": True, "other": False, "user": False}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its true context; the last burst of `conversation` holds it, maybe after given lines."""

    conversation: Conversation

    @property
    def target(self) -> int:
        """The position of the burst to score."""
        return len(self.conversation.bursts) - 1

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of the reply as serialised, plus one for its end mark."""
        return target_bytes(self.conversation.bursts[-1])


def read_replies(objects: Sequence[dict[str, Any]], owners: Collection[str], where: str) -> list[Reply]:
    """Replies in file order. `owners` are names under which the owner appears in the contexts.

    An item of a context is an object (`author`, `text`, optionally `time`, `is_owner` or `role`) or a
    plain string, which somebody else said. A line's own `author` names the owner of that line instead.
    """
    return [_Reader(value, owners, f"{where}, reply {n}").reply() for n, value in enumerate(objects, 1)]


class _Reader:
    """One line of the file."""

    def __init__(self, value: dict[str, Any], owners: Collection[str], where: str) -> None:
        self.value = value
        self.where = where
        author = value.get("author")
        self.owners = {folded(name) for name in ([author] if isinstance(author, str) else owners)} - {""}

    def reply(self) -> Reply:
        context = self.value.get("context") or []
        if not isinstance(context, list):
            raise self._odd("context", "a list of messages")
        said = [message for item in context if (message := self._item(item)) is not None]
        others = list(dict.fromkeys(m.line.author for m in said if not m.owner and m.line.author))
        at = self._time(self.value.get("time")) or next((m.at for m in reversed(said) if m.at), None)
        words = [Said(Line("", text), True, ("", 0), at) for text in self._texts()]
        made = bursts([*said, *words])
        last = made[-1]
        given = len(last.turn.lines) - len(words)
        to = self._to() or (() if len(others) != 1 else tuple(others))
        group = self.value.get("group")
        conversation = Conversation(
            thread="",
            group=bool(group) if group is not None else len(others) > 1,
            bursts=(*made[:-1], type(last)(last.turn, (), last.at, given)),
            via=self._string("via"),
            to=to,
            on=self._month(),
        )
        return Reply(conversation)

    def _item(self, item: Any) -> Said | None:
        if isinstance(item, str):
            return Said(Line("", item), False, ("", 0), None) if item.strip() else None
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            raise self._odd("context", "a list of objects with author and text, or of strings")
        author = str(item.get("author") or "")
        if not item["text"].strip():
            return None
        owner = item.get("is_owner")
        if not isinstance(owner, bool):
            owner = _OWNER_ROLES.get(str(item.get("role")), folded(author) in self.owners)
        return Said(Line(author, item["text"]), owner, ("", 0), self._time(item.get("time")))

    def _texts(self) -> list[str]:
        text = self.value["text"]
        texts = [text] if isinstance(text, str) else text
        if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
            raise self._odd("text", "a string or a list of strings")
        kept = [t for t in texts if t.strip()]
        if not kept:
            raise self._odd("text", "a reply with at least one word")
        return kept

    def _to(self) -> tuple[str, ...]:
        to = self.value.get("to")
        if to is None or isinstance(to, str):
            return (to,) if to else ()
        if isinstance(to, list) and all(isinstance(name, str) for name in to):
            return tuple(to)
        raise self._odd("to", "a name or a list of names")

    def _month(self) -> str | None:
        on = self._string("on")
        if on is None:
            return None
        if not re.match(r"\d{4}-\d{2}", on):
            raise self._odd("on", "a month such as 2019-03")
        return on[:7]

    def _time(self, value: Any) -> datetime | None:
        if value is None or value == "":
            return None
        try:
            if isinstance(value, int | float):
                return datetime.fromtimestamp(value, UTC)
            return datetime.fromisoformat(str(value))
        except (ValueError, OverflowError, OSError):
            raise self._odd("time", "a time such as 2019-03-04T18:30:00Z") from None

    def _string(self, key: str) -> str | None:
        value = self.value.get(key)
        if value is not None and not isinstance(value, str):
            raise self._odd(key, "a string")
        return value or None

    def _odd(self, key: str, expected: str) -> UsageError:
        return UsageError(f"{self.where}: “{key}” is not {expected}.")
