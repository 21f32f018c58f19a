from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.keys import hash_raw, key_tombstone, raw_key, text_tombstone
from afterself.archive.ledger import pack_rows, unpack_rows
from afterself.archive.store import Archive, list_artifacts
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.policy import ViewRecord, open_view

Said = Callable[..., Any]
Store = Callable[..., Any]


def records(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "list") as view:
        return list(view.records())


def forget(self_: Self, *texts: str) -> int:
    with Archive.writing(self_) as archive:
        return archive.bury([record.id for record in records(self_) if record.text in texts])


def test_what_was_forgotten_does_not_come_back_with_the_same_export(
    fresh_self: Self, said: Said, store: Store
) -> None:
    export = [said("keep", native_id="1"), said("a secret about Ben", native_id="2")]
    store(*export)
    assert forget(fresh_self, "a secret about Ben") == 1
    assert store(*export) == {"same": 1, "forgotten": 1}
    assert [record.text for record in records(fresh_self)] == ["keep"]


def test_what_was_forgotten_does_not_come_back_with_another_export_of_the_same_minute(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("A secret about  Ben", at="2020-01-01T10:00:05"))
    forget(fresh_self, "A secret about  Ben")
    again = said(
        "a secret\nabout BEN", at="2020-01-01T10:00:00", precision="minute", thread="renamed", raw=b"other"
    )
    later = said("a secret about Ben", at="2020-01-01T10:07:00", thread="renamed", raw=b"later")
    assert store(again, later, source="whatsapp") == {"forgotten": 1, "new": 1}


def test_a_forgotten_record_brings_nobody_back(fresh_self: Self, said: Said, store: Store) -> None:
    export = [said("keep"), said("a word of Ben", "Ben")]
    store(export[0])
    with Archive.writing(fresh_self) as archive, archive.transaction():
        db, secret = archive._db, archive._secret
        db.execute("INSERT INTO tombstone VALUES (?)", (key_tombstone(secret, key_of(export[1])),))
    assert store(*export) == {"same": 1, "forgotten": 1}
    with open_view(fresh_self, "list") as view:
        assert [person.name for person in view.people()] == ["Anna"]


def key_of(draft: Any) -> str:
    return raw_key("generic/-/t", hash_raw(draft.raw), 0)


def test_an_earlier_wording_of_what_was_forgotten_does_not_come_back_either(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("first wording", native_id="1", at="2020-01-01T10:00:00"))
    store(said("second wording", native_id="1", at="2020-01-01T10:00:00"))
    forget(fresh_self, "second wording")
    assert store(said("first wording", at="2020-01-01T10:00:00", thread="other")) == {"forgotten": 1}


def test_forgetting_a_short_untimed_word_does_not_bury_everyone_who_says_it() -> None:
    assert text_tombstone(b"s", None, "ok") is None
    assert text_tombstone(b"s", 0, "ok") is not None
    assert text_tombstone(b"s", 0, "  ") is None
    assert text_tombstone(b"s", None, "a long sentence that nobody else is likely to have said") is not None


def test_nothing_of_a_forgotten_text_stays_in_the_file(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("xylophonequux plan", native_id="1"), said("keep", native_id="2"))
    forget(fresh_self, "xylophonequux plan")
    with Archive.writing(fresh_self) as archive:
        archive._db.pragma("wal_checkpoint", "truncate")
        assert archive._db.execute("SELECT count(*) FROM tombstone").get == 1
    content = fresh_self.archive_path.read_bytes()
    assert b"xylophonequux" not in content
    assert b"xylophon" not in content


def test_forgetting_makes_stale_what_was_made_from_it_and_nothing_else(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("one", native_id="1"), said("two", native_id="2"))
    one, two = records(fresh_self)
    with Archive.writing(fresh_self) as archive:
        archive.register_artifact("index", "index/a", [(one.id, 1), (two.id, 1)], {"model": "m"})
        archive.register_artifact("weights", "weights/b", [(two.id, 1)], {"seed": 7})
    forget(fresh_self, "one")
    states = [(a.kind, a.path, a.settings, a.state) for a in list_artifacts(fresh_self)]
    assert states == [
        ("index", "index/a", {"model": "m"}, "erased"),
        ("weights", "weights/b", {"seed": 7}, "current"),
    ]


def test_what_is_made_again_at_the_same_path_replaces_the_old_entry(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("one"))
    (one,) = records(fresh_self)
    with Archive.writing(fresh_self) as archive:
        first = archive.register_artifact("index", "index/a", [(one.id, 1)], {})
        second = archive.register_artifact("index", "index/a", [(one.id, 1)], {})
        archive.set_artifact_state(second, "stale")
        assert [(a.id, a.state) for a in archive.artifacts("index")] == [(first, "erased"), (second, "stale")]
        assert archive.artifacts("weights") == []


def test_an_artifact_made_from_what_is_gone_meanwhile_is_not_entered(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("one"))
    (one,) = records(fresh_self)
    forget(fresh_self, "one")
    with Archive.writing(fresh_self) as archive:
        with pytest.raises(ArchiveError, match="left the archive"):
            archive.register_artifact("index", "index/a", [(one.id, 1)], {})
        assert archive.artifacts() == []


def test_an_artifact_made_from_what_its_platform_deleted_meanwhile_is_not_entered(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("one", native_id="1"))
    (one,) = records(fresh_self)
    store(said("", native_id="1", deleted=True))
    with Archive.writing(fresh_self) as archive, pytest.raises(ArchiveError, match="left the archive"):
        archive.register_artifact("weights", "weights/a", [(one.id, 1)], {})


def test_a_revision_number_is_never_given_twice(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("one"))
    (one,) = records(fresh_self)
    with Archive.writing(fresh_self) as archive:
        archive.register_artifact("index", "index/a", [(one.id, 1)], {})
        archive.set_artifact_state(1, "current")
    forget(fresh_self, "one")
    store(said("two"))
    with Archive.writing(fresh_self) as archive:
        (packed,) = archive._db.execute("SELECT revisions FROM artifact").fetchall()[0]
        (row,) = archive._db.execute("SELECT row FROM revision").fetchall()[0]
    assert row not in unpack_rows(packed)


@given(st.sets(st.integers(1, 2**40)))
def test_a_set_of_revisions_is_unpacked_as_it_was_packed(rows: set[int]) -> None:
    assert unpack_rows(pack_rows(rows)) == sorted(rows)
