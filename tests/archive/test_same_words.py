"""The same words seen in another source are linked, what only looks alike is not, and nothing is merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

from afterself.archive import same_words
from afterself.archive.audiences import Rules
from afterself.archive.drafts import Span
from afterself.archive.labels import Subjects
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.policy import ViewRecord, open_view

Said = Callable[..., Any]
Store = Callable[..., Any]

LINES = [
    ("Ida", "10:00:05", "shall we take the old boat out on Sunday?"),
    ("Anna", "10:01:10", "only if you bring the new sails with you"),
    ("Ida", "10:01:40", "ok"),
    ("Ida", "10:02:00", "and who makes the sandwiches this time?"),
    ("Anna", "10:03:00", "you"),
    ("Ida", "10:03:30", "then there will be far too much mustard"),
    ("Anna", "10:04:00", "ok"),
]


def chat(
    said: Said, lines: Iterable[tuple[str, str, str]] = LINES, thread: str = "t", **more: Any
) -> list[Any]:
    return [
        said(text, who, f"2020-05-01T{at}", thread=thread, native_id=f"{thread}{n}", **more)
        for n, (who, at, text) in enumerate(lines)
    ]


def groups(self_: Self) -> list[list[str]]:
    """Texts of the records that are linked, each group with the sources that it is from."""
    with Archive.writing(self_) as archive:
        rows = archive._db.execute(
            "SELECT said, group_concat(thread.source || ':' || revision.text, ' | ') FROM "
            "(SELECT * FROM same_as ORDER BY said, record) AS same JOIN record ON record.row = same.record "
            "JOIN thread ON thread.row = record.thread JOIN revision ON revision.row = record.revision "
            "GROUP BY said ORDER BY said"
        ).fetchall()
    return [told.split(" | ") for _, told in rows]


def records(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "list") as view:
        return list(view.records())


def test_a_chat_exported_from_two_programs_is_linked_message_by_message(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    store(*chat(said, thread="other"), me=["Ida"], source="generic")
    assert groups(fresh_self) == [[f"telegram:{text}", f"generic:{text}"] for *_, text in LINES]
    assert len(records(fresh_self)) == 2 * len(LINES)


def test_clocks_without_seconds_and_a_few_seconds_apart_are_the_same_time(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    coarse = [(who, at[:5] + ":00", text) for who, at, text in LINES]
    store(*chat(said, coarse, precision="minute"), me=["Ida"], source="generic")
    assert len(groups(fresh_self)) == len(LINES)


def test_the_same_words_at_another_time_or_of_another_author_are_others(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    later = [(who, at.replace("10:", "11:"), text) for who, at, text in LINES]
    swapped = [("Anna" if who == "Ida" else "Ida", at, text) for who, at, text in LINES]
    store(*chat(said, later), me=["Ida"], source="generic")
    store(*chat(said, swapped, thread="s"), me=["Ida"], source="generic")
    assert groups(fresh_self) == []


def test_short_words_alone_say_nothing(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("ok", "Ida", "2020-05-01T10:00:00"), me=["Ida"], source="telegram")
    store(said("ok", "Ida", "2020-05-01T10:00:00"), me=["Ida"], source="generic")
    assert groups(fresh_self) == []


def test_one_long_saying_is_enough_in_another_source(fresh_self: Self, said: Said, store: Store) -> None:
    post = "Today I walked the whole way around the lake."
    store(said(post, "Ida", "2020-05-01T10:00:00", kind="post"), me=["Ida"], source="x")
    store(said(post, "@ida", "2020-05-01T10:04:00", kind="post"), me=["@ida"], source="activitypub")
    assert groups(fresh_self) == [[f"x:{post}", f"activitypub:{post}"]]


def test_greetings_sent_to_two_people_over_one_program_are_two(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk = [("Ida", f"1{n}:30:00", f"a sentence that only Anna ever got, number {n}") for n in range(8)]
    greeting = ("Ida", "18:00:00", "a happy new year to you and to your family")
    store(*chat(said, [*talk, greeting], "anna"), me=["Ida"], source="telegram")
    other = [(who, at, text.replace("Anna", "Ben")) for who, at, text in talk]
    store(*chat(said, [*other, greeting], "ben"), me=["Ida"], source="telegram")
    assert groups(fresh_self) == []


def test_a_chat_as_the_other_persons_account_exports_it_is_linked(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said, thread="anna"), me=["Ida"], source="telegram")
    store(*chat(said, thread="ida"), me=["Ida"], source="telegram")
    assert len(groups(fresh_self)) == len(LINES)


def test_a_mail_is_known_by_its_id_in_another_box(fresh_self: Self, said: Said, store: Store) -> None:
    mail = {"kind": "mail", "native_id": "m1@example.org"}
    store(said("short", "Ida", "2020-05-01T10:00:00", thread="box", **mail), source="mail")
    store(said("short", "Ida", "2020-05-01T10:00:00", thread="1234", **mail), source="mail")
    forged = said("another", "Mallory", "2020-05-01T10:00:00", thread="9", **mail)
    store(forged, source="mail")
    assert groups(fresh_self) == [["mail:short", "mail:short"]]


def test_a_document_in_two_folders_is_one_saying_and_a_short_note_is_not(
    fresh_self: Self, said: Said, store: Store
) -> None:
    text = "How the house was built, and by whom, and for how much."
    paper = {"kind": "document", "native_id": "document"}
    store(
        said(text, "Ida", None, thread="docs/house.md", **paper),
        said(text + "\n", "writer of backup", None, thread="backup/house.md", **paper),
        said("to do", "Ida", None, thread="docs/todo.md", **paper),
        said("to do", "Ida", None, thread="backup/todo.md", **paper),
        source="documents",
    )
    assert groups(fresh_self) == [[f"documents:{text}", f"documents:{text}\n"]]


def test_what_is_only_a_placeholder_is_never_linked(fresh_self: Self, said: Said, store: Store) -> None:
    gap = "<a picture that was left out of the export>"
    for source in ("telegram", "generic"):
        pictures = [
            said(gap, "Ida", f"2020-05-01T1{n}:00:00", native_id=f"{n}",
                 spans=(Span(0, len(gap), "placeholder"),)) for n in range(4)
        ]  # fmt: skip
        store(*pictures, me=["Ida"], source=source)
    assert groups(fresh_self) == []


def test_three_sources_of_one_saying_are_one_group(fresh_self: Self, said: Said, store: Store) -> None:
    post = said("Today I walked the whole way around the lake.", "Ida", "2020-05-01T10:00:00")
    for source in ("x", "activitypub", "generic"):
        store(post, me=["Ida"], source=source)
    assert [len(group) for group in groups(fresh_self)] == [3]


def test_importing_again_changes_no_link(fresh_self: Self, said: Said, store: Store) -> None:
    for source in ("telegram", "generic", "telegram", "generic"):
        store(*chat(said), me=["Ida"], source=source)
    assert [len(group) for group in groups(fresh_self)] == [2] * len(LINES)


def test_an_edit_on_one_side_parts_them_and_the_same_edit_on_the_other_joins_them_again(
    fresh_self: Self, said: Said, store: Store
) -> None:
    for source in ("telegram", "generic"):
        store(*chat(said), me=["Ida"], source=source)
    edited = [(*LINES[0][:2], "shall we take the old boat out on Saturday?"), *LINES[1:]]
    store(*chat(said, edited), me=["Ida"], source="telegram")
    assert len(groups(fresh_self)) == len(LINES) - 1
    store(*chat(said, edited), me=["Ida"], source="generic")
    assert len(groups(fresh_self)) == len(LINES)


@pytest.mark.parametrize("which", [0, 1])
def test_forgetting_one_side_leaves_the_other_by_itself(
    which: int, fresh_self: Self, said: Said, store: Store
) -> None:
    post = said("Today I walked the whole way around the lake.", "Ida", "2020-05-01T10:00:00")
    for source in ("x", "activitypub"):
        store(post, me=["Ida"], source=source)
    with Archive.writing(fresh_self) as archive:
        archive.bury([records(fresh_self)[which].id])
    assert len(records(fresh_self)) == 1 and groups(fresh_self) == []


def test_of_three_the_others_stay_linked_when_the_first_is_forgotten(
    fresh_self: Self, said: Said, store: Store
) -> None:
    post = said("Today I walked the whole way around the lake.", "Ida", "2020-05-01T10:00:00")
    for source in ("x", "activitypub", "generic"):
        store(post, me=["Ida"], source=source)
    with Archive.writing(fresh_self) as archive:
        archive.bury([records(fresh_self)[0].id])
    assert [len(group) for group in groups(fresh_self)] == [2]


@pytest.mark.parametrize("at_once", [3, 20_000])
def test_an_archive_of_before_is_looked_through_by_the_next_import(
    fresh_self: Self, said: Said, store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_words, "_AT_ONCE", at_once)
    for source in ("telegram", "generic"):
        store(*chat(said), me=["Ida"], source=source)
    with Archive.writing(fresh_self) as archive:
        archive._db.execute("DELETE FROM same_as")
        archive._db.execute("UPDATE record SET words = NULL")
        archive._db.execute("INSERT INTO meta VALUES ('same words unknown', x'01')")
    store(said("one more", "Ida", "2021-01-01T10:00:00"), me=["Ida"])
    assert len(groups(fresh_self)) == len(LINES)


def test_whoever_says_later_who_they_are_links_what_they_said(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    other = [("me myself" if who == "Ida" else who, at, text) for who, at, text in LINES]
    store(*chat(said, other, thread="s"), source="generic")
    assert len(groups(fresh_self)) < len(LINES)
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.people.set_owner(archive.people.find("me myself"))
    assert len(groups(fresh_self)) == len(LINES)
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.people.set_owner(archive.people.find("me myself"), owner=False)
    assert len(groups(fresh_self)) < len(LINES)


def test_exports_that_come_a_few_messages_at_a_time_are_linked_all_the_same(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    whole = chat(said, thread="other")
    for part in (whole[:2], whole[2:5], whole[5:]):
        store(*part, me=["Ida"], source="generic")
    linked = [group[0] for group in groups(fresh_self)]
    assert len([one for one in linked if len(one) > 20]) == 4 and len(linked) >= 5


def test_a_contact_whom_the_other_program_calls_otherwise_is_known_in_the_same_chat(
    fresh_self: Self, said: Said, store: Store
) -> None:
    longer = [
        (who, f"{hour}:{at[3:]}", f"{text} ({hour})") if len(text) > 20 else (who, f"{hour}:{at[3:]}", text)
        for hour in (10, 11, 12) for who, at, text in LINES
    ]  # fmt: skip
    store(*chat(said, longer), me=["Ida"], source="telegram")
    renamed = [("Anna Berg" if who == "Anna" else who, at, text) for who, at, text in longer]
    stranger = [
        ("Eve", "10:04:02", "ok"),
        ("Eve", "10:00:09", "shall we take the old boat out on Sunday? (10)"),
    ]
    store(*chat(said, [*renamed, *stranger], thread="s"), me=["Ida"], source="generic")
    assert len(groups(fresh_self)) == len(longer)


@pytest.mark.parametrize("on", ["record", "thread"])
def test_what_keeps_back_one_of_them_keeps_back_its_copies(
    on: str, fresh_self: Self, said: Said, store: Store
) -> None:
    store(*chat(said), me=["Ida"], source="telegram")
    store(*chat(said, thread="other"), me=["Ida"], source="generic")
    first = records(fresh_self)[0]
    subject = Subjects(records=(first.id,)) if on == "record" else Subjects(threads=(first.thread,))
    held = {first.text} if on == "record" else {text for *_, text in LINES}

    def shown(audience: str = "owner") -> set[str]:
        with open_view(fresh_self, "retrieve", audience) as view:
            return {record.text for record in view.records()}

    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.audiences.add("family", Rules(exclude_labels=("ours",)))
        assert archive.labels.reach(subject)[0] == (2 if on == "record" else 2 * len(LINES))
        archive.labels.add(subject, "ours")
    assert not shown("family") & held and shown("family") | held == shown()
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.labels.hold_back(subject, date(2999, 1, 1))
    assert not shown() & held
