"""Where each wording came from stays known: export, member, place in it, and whether it was edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from afterself.archive.drafts import Locator
from afterself.archive.store import Archive
from afterself.home.folder import Self

Said = Callable[..., Any]
Store = Callable[..., Any]


def origins(self_: Self) -> list[Any]:
    with Archive.writing(self_) as archive:
        return archive._db.execute(
            "SELECT revision.n, import.importer, import_member.member, raw_offset, raw_length, edited "
            "FROM revision JOIN import ON import.id = revision.import "
            "JOIN import_member ON import_member.id = revision.member ORDER BY revision.row"
        ).fetchall()


def test_each_wording_knows_its_export_its_member_and_its_place(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(
        said("one", native_id="1", locator=Locator("a/_chat.txt", 3, 8)),
        said("two", native_id="2", locator=Locator("b/_chat.txt", 3, 8)),
    )
    store(said("one!", native_id="1", locator=Locator("later.txt", 5, 9)))
    assert origins(fresh_self) == [
        (1, "test", "a/_chat.txt", 3, 8, 0),
        (1, "test", "b/_chat.txt", 3, 8, 0),
        (2, "test", "later.txt", 5, 9, 0),
    ]


def test_that_the_platform_calls_a_wording_edited_is_kept(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("at six", edited=True))
    assert [row[-1] for row in origins(fresh_self)] == [1]
