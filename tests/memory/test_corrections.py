"""What puts a saying right stands before it wherever the saying was kept, and lends it nothing of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from afterself.archive.drafts import Person, ThreadDraft
from afterself.archive.remembering import Told, remember
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.memory import Memory
from afterself.memory.corrections import corrections_first
from afterself.policy import open_view

TALK = ThreadDraft("t", "Ben", "direct", (Person("Anna", "Anna"), Person("Ben", "Ben")))
BOAT = "We bought the red boat in the spring of that year, with the money of the harvest."


def told(self_: Self, text: str, corrects: str) -> str:
    with Archive.writing(self_) as archive, archive.transaction():
        return remember(archive, "Anna", Told(text, corrects=corrects))


def test_who_puts_right_a_copy_puts_right_the_saying(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    for source in ("whatsapp", "telegram"):
        store(TALK, said(BOAT, "Anna", "2001-01-02T10:00"), source=source, me=["Anna"])
    with open_view(fresh_self, "list") as view:
        first, copy = view.records()
    assert copy.same_as == first.id
    right = told(fresh_self, "It was the blue one.", copy.id)
    with open_view(fresh_self, "quote") as view:
        hits = Memory(view).ask("Which boat did you buy?").hits
    assert [(hit.id, hit.corrects, hit.corrected_by) for hit in hits] == [
        (right, first.id, None),
        (first.id, None, right),
    ]


def test_a_correction_does_not_stand_before_the_reply_to_what_it_puts_right(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    store(
        TALK,
        said("Our boat sank in the harbour.", "Ben", "2001-01-02T10:00"),
        said("And you swam ashore.", "Anna", "2001-01-02T10:01"),
        me=["Anna"],
    )
    with open_view(fresh_self, "list") as view:
        sank = next(iter(view.records()))
    right = told(fresh_self, "A ferry, not ours.", sank.id)
    with open_view(fresh_self, "quote") as view:
        asked = [hit for hit in Memory(view).ask("Which boat did Ben lose?").hits if hit.id == sank.id]
        assert asked[0].reply_after is not None and asked[0].by_named
        first, second = corrections_first(view, [hit for hit in asked if hit.corrects is None])
    assert (first.id, first.reply_after, first.by_named) == (right, None, False)
    assert second.reply_after == asked[0].reply_after
