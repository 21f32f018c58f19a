"""Small threads in memory, seen through a stand-in for the view."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.policy import PersonInfo, ThreadInfo, ViewRecord
from afterself.policy.own_words import Amount, OwnWords

START = datetime(2019, 3, 4, 18, 0, tzinfo=UTC)


def said(author: str, text: str, minute: float | None = None, **other: Any) -> dict[str, Any]:
    """A message; "me" is the owner, `minute` counts from START."""
    return {"author": author, "text": text, "minute": minute, **other}


class AllOwn:
    """A gate that lets everything through; which texts it holds back, the tests of `policy` show."""

    def words(self, **_: Any) -> OwnWords:
        return OwnWords(Amount(), Amount())

    def languages(self, **_: Any) -> dict[str, float]:
        return {}

    def accounts(self) -> frozenset[str]:
        return frozenset()

    def thread_languages(self) -> dict[str, str]:
        return {}


class Talks:
    """A view over threads given as lists of `said`."""

    def __init__(self, source: str = "whatsapp", kind: str | None = None, **threads: list[dict[str, Any]]):
        self.source, self.kind, self._threads = source, kind, threads
        self.own = AllOwn()
        self.all = {title: list(self._records(title)) for title in threads}

    def _records(self, title: str) -> Iterator[ViewRecord]:
        thread_kind = self._kind(title)
        for n, m in enumerate(self._threads[title]):
            owner = m["author"] == "me"
            kind = m.get("kind", "message")
            deleted = m.get("deleted", False)
            at = None if m["minute"] is None else START + timedelta(minutes=m["minute"])
            own = owner and not deleted and kind != "system"
            yield ViewRecord(
                id=f"{title}-{n}",
                source_key=f"{self.source}/x/{title}/{n}",
                source=self.source,
                thread=f"id-{title}",
                thread_title=title,
                thread_kind=thread_kind,
                author=1 if owner else 2,
                author_name=m["author"],
                is_owner=m.get("is_owner", owner),
                kind=kind,
                said_at=at,
                precision="none" if at is None else "second",
                reply_to=None,
                text="" if deleted else m["text"],
                own_text=m.get("own", m["text"]) if own else "",
                revision=m.get("revision", 1),
                position=n,
                deleted=deleted,
                attachments=m.get("attachments", ()),
                words="" if deleted else m.get("words", m["text"]),
                said="" if deleted else m.get("words", m["text"]),
            )

    def _others(self, title: str) -> list[str]:
        return list(dict.fromkeys(m["author"] for m in self._threads[title] if m["author"] not in ("me", "")))

    def _kind(self, title: str) -> str:
        return self.kind or ("group" if len(self._others(title)) > 1 else "direct")

    def threads(self) -> list[ThreadInfo]:
        return [
            ThreadInfo(
                id=f"id-{title}",
                key=f"key-{title}",
                title=title,
                kind=self._kind(title),
                source=self.source,
                records=len(messages),
                first=None,
                last=None,
                participants=tuple(
                    PersonInfo(n, name, name, self.source, False, 1, "friend" if name == "Anna" else None)
                    for n, name in enumerate(self._others(title))
                ),
            )
            for title, messages in self._threads.items()
        ]

    def records(self, *, thread: str | None = None, **_: Any) -> Iterator[ViewRecord]:
        for records in self.all.values():
            yield from (r for r in records if thread in (None, r.thread))
