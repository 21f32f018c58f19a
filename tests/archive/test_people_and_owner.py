from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from afterself.archive import people
from afterself.archive.drafts import OwnerHint, Person
from afterself.archive.store import Archive, list_artifacts
from afterself.home.folder import Self
from afterself.policy import open_view

Said = Callable[..., Any]
Store = Callable[..., Any]


def owners(self_: Self) -> dict[str, bool | None]:
    with open_view(self_, "list") as view:
        return {record.text: record.is_owner for record in view.records()}


def decide(self_: Self, name: str, owner: bool = True) -> int:
    with Archive.writing(self_) as archive, archive.transaction():
        return archive.people.set_owner(archive.people.find(name), owner)


def test_without_a_word_on_who_the_owner_is_nobody_is(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a"), said("b", "Ben"), said("sys", None, kind="system"))
    assert owners(fresh_self) == {"a": None, "b": None, "sys": None}


@pytest.mark.parametrize("name", ["Zoë", "  ZOË ", "Zoe\u0308", "zoë"])
def test_the_names_given_are_matched_without_case_and_unicode_form(
    fresh_self: Self, said: Said, store: Store, name: str
) -> None:
    store(said("a", "Ben"), said("b", "Zoë"), me=["Nobody", name])
    assert owners(fresh_self) == {"a": False, "b": True}


def test_a_handle_is_matched_too(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a", author=Person("+49 1", "Zoë")), said("b", "Ben"), me=["+49 1"])
    assert owners(fresh_self) == {"a": True, "b": False}


def test_the_export_may_say_who_the_owner_is_at_any_place(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a"), said("b", "Ben"), OwnerHint(Person("Anna", "Anna"), "profile"))
    assert owners(fresh_self) == {"a": True, "b": False}


def test_the_export_may_say_it_record_by_record(fresh_self: Self, said: Said, store: Store) -> None:
    store(
        said("a", is_owner=True),
        said("b", "Ben", is_owner=False),
        said("note", None, is_owner=True, kind="note"),
    )
    assert owners(fresh_self) == {"a": True, "b": False, "note": True}


def test_an_earlier_decision_holds_for_a_later_import(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a"), said("b", "Ben"), me=["Anna"])
    store(said("c"), said("d", "Cleo"))
    assert owners(fresh_self) == {"a": True, "b": False, "c": True, "d": False}


def test_saying_it_at_a_second_import_of_the_same_export_settles_the_first(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"))
    assert store(said("a"), said("b", "Ben"), me=["anna"]) == {"same": 2}
    assert owners(fresh_self) == {"a": True, "b": False}


def test_one_source_does_not_speak_for_another(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a"), said("b", "Ben"), me=["Anna"], source="whatsapp")
    store(said("c"), source="telegram")
    assert owners(fresh_self) == {"a": True, "b": False, "c": None}


def test_this_is_me_goes_over_all_sources_is_logged_and_can_be_taken_back(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"), source="whatsapp")
    store(said("c"), said("d", "Ben"), source="telegram")
    assert decide(fresh_self, "ANNA") == 4
    assert owners(fresh_self) == {"a": True, "b": False, "c": True, "d": False}
    assert decide(fresh_self, "Anna") == 0
    assert decide(fresh_self, "Anna", owner=False) == 4
    assert owners(fresh_self) == {"a": False, "b": None, "c": False, "d": None}
    with Archive.writing(fresh_self) as archive:
        log = archive.change_log()
        by = archive._db.execute("SELECT DISTINCT owner_by FROM record WHERE is_owner = 0").fetchall()
    assert by == [("person",)]
    assert [(entry.counter, entry.action) for entry in log] == [
        (1, "owner is"), (2, "owner is"), (3, "owner is not"), (4, "owner is not"),
    ]  # fmt: skip
    assert len({entry.device for entry in log}) == 1
    assert "Anna" not in str(log)


def test_what_a_person_said_is_not_overridden_by_an_export(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"))
    decide(fresh_self, "Ben")
    decide(fresh_self, "Anna", owner=False)
    store(OwnerHint(Person("Anna", "Anna"), "profile"), said("a", is_owner=True))
    assert owners(fresh_self) == {"a": False, "b": True}


def test_one_handle_in_two_accounts_is_one_contact(fresh_self: Self, said: Said) -> None:
    with Archive.writing(fresh_self) as archive, archive.transaction():
        numbers = []
        for account in ("work", "home"):
            run = archive.begin_import("mail", importer="test", version="1", account=account)
            numbers.append(run.authorship.identity(Person("ben@example.org", "Ben")).id)
        people = archive.people.identities()
    assert len(set(numbers)) == 2
    assert len({one.contact for one in people}) == 1


def test_a_name_that_changed_is_shown_as_the_export_has_it_now(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a", author=Person("+1", "Ben")))
    store(said("b", author=Person("+1", "Benjamin")))
    with open_view(fresh_self, "list") as view:
        assert [(p.name, p.records) for p in view.people()] == [("Benjamin", 2)]


def test_names_that_are_near_are_offered(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("a", "Annabel Lee"), said("b", "Ben"), said("c", "Hanna"))
    with Archive.writing(fresh_self) as archive:
        assert archive.people.near("anna") == ["Hanna", "Annabel Lee"]
        assert archive.people.near("zzz") == []


def test_a_hint_of_the_export_counts_where_the_names_given_are_nobodys(
    fresh_self: Self, said: Said, store: Store
) -> None:
    hint = OwnerHint(Person("Ben", "Ben"), "profile")
    store(said("a"), said("b", "Ben"), hint, me=["Anna"])
    assert owners(fresh_self) == {"a": True, "b": False}
    store(said("c", "Cleo"), OwnerHint(Person("Cleo", "Cleo"), "profile"), me=["Nobody"], source="other")
    assert owners(fresh_self) == {"a": True, "b": False, "c": True}


def test_a_decision_is_logged_once_however_often_the_name_is_met(
    fresh_self: Self, said: Said, store: Store
) -> None:
    spaced = Person(" Anna\u0301 ", "Anna\u0301 ")
    store(*(said(f"line {n}", spaced, is_owner=True) for n in range(5)), me=["ann\u00e1"])
    with Archive.writing(fresh_self) as archive:
        assert [entry.action for entry in archive.change_log()] == ["owner is"]


def test_what_is_written_at_once_is_what_settling_would_say(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"), said("c", "Cleo"), me=["Anna"])
    decide(fresh_self, "Cleo", owner=False)
    store(said("d"), said("e", "Ben"), said("f", "Cleo"), said("g", "Dora"), said("h", None))
    with Archive.writing(fresh_self) as archive, archive.transaction():
        assert archive.people.settle("generic", "-") == 0
    assert list(owners(fresh_self).values()) == [True, False, False, True, False, False, False, None]


def test_who_is_said_to_be_the_owner_of_very_many_records_is_that_of_all(
    fresh_self: Self, said: Said, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_AT_ONCE", 2)
    store(*(said(str(n), ("Anna", "Ben")[n % 2]) for n in range(7)))
    assert decide(fresh_self, "Ben") == 7
    with open_view(fresh_self, "train") as view:
        theirs = [(record.id, 1) for record in view.records() if record.is_owner]
    with Archive.writing(fresh_self) as archive:
        archive.register_artifact("weights", "weights/ben", theirs[-1:], {})
    assert list(owners(fresh_self).values()) == [bool(n % 2) for n in range(7)]
    decide(fresh_self, "Anna")
    assert decide(fresh_self, "Ben", owner=False) == 3
    assert list(owners(fresh_self).values()) == [not n % 2 for n in range(7)]
    assert [one.state for one in list_artifacts(fresh_self)] == ["erased"]


def test_others_are_known_from_where_the_owner_is_and_those_before_at_the_end(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a", "Ben"), said("b", "Cleo"), said("c"), said("d", "Ben"), said("e", "Dora"), me=["Anna"])
    assert list(owners(fresh_self).values()) == [False, False, True, False, False]
    with Archive.writing(fresh_self) as archive:
        by = {by for (by,) in archive._db.execute("SELECT owner_by FROM record")}
    assert by == {"option"}


def test_a_record_whose_author_turns_out_another_changes_its_owner_too(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a", native_id="1"), said("b", "Ben", native_id="2"), me=["Anna"])
    store(said("a", "Ben", native_id="1"))
    assert owners(fresh_self) == {"a": False, "b": False}


def test_weights_that_learned_words_of_somebody_else_are_stale_once_that_is_said(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"), said("c", "Cleo"), me=["Anna", "Ben"])
    with open_view(fresh_self, "train") as view:
        ids = {record.text: record.id for record in view.records()}
    with Archive.writing(fresh_self) as archive:
        archive.register_artifact("weights", "weights/anna", [(ids["a"], 1), (ids["c"], 1)], {})
        archive.register_artifact("weights", "weights/both", [(ids["a"], 1), (ids["b"], 1)], {})
    decide(fresh_self, "Ben", owner=False)
    assert {one.path: one.state for one in list_artifacts(fresh_self)} == {
        "weights/anna": "current",
        "weights/both": "erased",
    }


def test_what_was_made_from_words_of_a_contact_who_is_excluded_is_stale(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("a"), said("b", "Ben"), me=["Anna"])
    with Archive.writing(fresh_self) as archive, open_view(fresh_self, "list") as view:
        for record in view.records():
            archive.register_artifact("index", f"index/{record.text}", [(record.id, 1)], {})
        with archive.transaction():
            archive.people.exclude(archive.people.find("Ben")[0].contact)
    assert {one.path: one.state for one in list_artifacts(fresh_self)} == {
        "index/a": "current",
        "index/b": "erased",
    }
