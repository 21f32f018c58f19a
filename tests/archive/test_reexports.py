"""The same chat exported again, worded otherwise: nothing doubles, nothing is lost, decisions stay.

One chat of two people is written as different phones write it: another clock, order of day and month,
zone, name of the contact, language of placeholders, with media or without, edited and unsent in between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_path
from afterself.policy import open_view

ME = Options(me=("Ida Holm",), zone="Europe/Berlin")
START = datetime(2021, 3, 12, 9, 5, 17)
WORDS = (
    "the boat is ready, shall we go out on saturday", "ok", "only if the wind turns", "ok", "ha",
    "bring the blue jacket, it will be cold out there", "I always do", "you never do :)",
    "did the harbour office write back about the berth", "yes, a letter came this morning", "and?", "ok",
    "we may stay until october, but not a day longer", "that is better than I had hoped for", "ha", "ok",
    "my sister asks whether the children may come along", "of course they may, all three of them",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    at: datetime
    author: str
    text: str
    mark: str = ""  # "media", "deleted", "edited", "notice"


def chat(anna: str = "Anna", first: int = 0, last: int = 60) -> list[Said]:
    said = []
    for n in range(last):
        turn, which = divmod(n, len(WORDS))
        text = WORDS[which] + (f" ({turn})" if turn and len(WORDS[which]) > 12 else "")
        said.append(
            Said(START + timedelta(minutes=7 * n + n % 3 * 61), ("Ida Holm", anna)[n * 5 % 7 % 2], text)
        )
    said[20] = replace(said[20], mark="media", text="IMG-20210312-WA0004.jpg")
    return sorted(said, key=lambda one: one.at)[first:]


def android_german(said: list[Said], media: bool = False) -> str:
    deleted, edited = "Diese Nachricht wurde gelöscht.", " <Diese Nachricht wurde bearbeitet.>"
    return "".join(
        f"{one.at:%d.%m.%y, %H:%M} - {one.author}: "
        + _body(one, "<Medien ausgeschlossen>", media, deleted, edited)
        for one in said
    )  # fmt: skip


def android_american(said: list[Said], media: bool = False) -> str:
    deleted, edited = "This message was deleted", " <This message was edited>"
    return "".join(
        f"{one.at.month}/{one.at.day}/{one.at:%y}, {one.at.hour % 12 or 12}:{one.at:%M}\u202f{one.at:%p} - "
        f"{one.author}: " + _body(one, "<Media omitted>", media, deleted, edited)
        for one in said
    )  # fmt: skip


def iphone(said: list[Said], media: bool = False) -> str:
    deleted, edited = "\u200eThis message was deleted.", " \u200e<This message was edited>"
    return "".join(
        f"[{one.at:%d.%m.%y, %H:%M:%S}] {one.author}: "
        + _body(one, "\u200eimage omitted", media, deleted, edited)
        for one in said
    )  # fmt: skip


def _body(one: Said, omitted: str, media: bool, deleted: str, edited: str) -> str:
    if one.mark == "media":
        return (f"{one.text} (file attached)" if media else omitted) + "\n"
    return (deleted if one.mark == "deleted" else one.text + (edited if one.mark == "edited" else "")) + "\n"


@pytest.fixture
def bring(fresh_self: Self, tmp_path: Path) -> Any:
    """Import a text as WhatsApp's export of a chat with `name`."""

    def bringing(text: str, name: str = "Anna", options: Options = ME) -> ImportSummary:
        folder = tmp_path / f"export-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        path = folder / f"WhatsApp Chat with {name}.txt"
        path.write_text(text, encoding="utf-8")
        return import_path(fresh_self, path, options)

    return bringing


def counts(summary: ImportSummary) -> tuple[int, int, int]:
    return summary.new, summary.same, summary.changed


def texts(self_: Self) -> list[tuple[str, str]]:
    with open_view(self_, "list") as view:
        return [(record.author_name, record.text) for record in view.records()]


def ids(self_: Self) -> list[str]:
    with open_view(self_, "list") as view:
        return [record.id for record in view.records()]


@pytest.mark.parametrize("again", [android_american, iphone])
@pytest.mark.parametrize("first", [android_german, iphone])
def test_another_clock_and_language_double_nothing(
    bring: Any, fresh_self: Self, first: Any, again: Any
) -> None:
    assert counts(bring(first(chat()))) == (60, 0, 0)
    before = ids(fresh_self)
    assert counts(bring(again(chat()))) == (0, 60, 0)
    assert ids(fresh_self) == before
    assert counts(bring(again(chat()))) == (0, 60, 0)
    assert counts(bring(first(chat()))) == (0, 60, 0)


def test_a_later_export_in_another_wording_adds_exactly_what_is_new(bring: Any, fresh_self: Self) -> None:
    bring(android_german(chat(last=40)))
    assert counts(bring(iphone(chat(first=15)))) == (20, 25, 0)
    assert texts(fresh_self)[-1] == ("Anna" if chat()[-1].author == "Anna" else "Ida Holm", chat()[-1].text)
    assert len(ids(fresh_self)) == 60


def test_a_renamed_contact_stays_one_contact_and_one_thread(bring: Any, fresh_self: Self) -> None:
    bring(android_german(chat(last=40)))
    assert counts(bring(android_german(chat(anna="Anna Berg 🌻")), name="Anna Berg 🌻")) == (20, 40, 0)
    with open_view(fresh_self, "list") as view:
        threads = view.threads()
        people = {record.author_name: record.is_owner for record in view.records()}
    assert [(thread.title, thread.records) for thread in threads] == [("Anna Berg 🌻", 60)]
    assert people["Anna Berg 🌻"] is False
    with Archive.writing(fresh_self) as archive:
        assert len({one.contact for one in archive.people.identities()}) == 2
    assert counts(bring(android_german(chat(anna="Anna Berg 🌻")), name="Anna Berg 🌻")) == (0, 60, 0)


def test_an_owner_who_goes_by_another_name_stays_the_owner(bring: Any, fresh_self: Self) -> None:
    bring(android_german(chat(last=40)))
    renamed = [replace(one, author="Ida H.") if one.author == "Ida Holm" else one for one in chat()]
    bring(iphone(renamed), options=replace(ME, me=()))
    with open_view(fresh_self, "list") as view:
        owned = {record.author_name: record.is_owner for record in view.records()}
    assert owned == {"Ida Holm": True, "Ida H.": True, "Anna": False}


@pytest.mark.parametrize("hours", [6, -9, 5.5])
def test_a_phone_in_another_zone_doubles_nothing_and_its_times_follow_the_first(
    bring: Any, fresh_self: Self, hours: float
) -> None:
    bring(iphone(chat(last=40)))
    moved = [replace(one, at=one.at + timedelta(hours=hours)) for one in chat()]
    summary = bring(android_american(moved))
    assert counts(summary) == (20, 40, 0)
    assert any("its clock is" in problem.why for problem in summary.problems)
    with open_view(fresh_self, "list") as view:
        times = [record.said_at for record in view.records()]
    assert times == sorted(times)  # type: ignore[type-var]
    last = chat()[-1].at.replace(second=0)
    assert times[-1] is not None
    assert (
        times[-1].strftime("%d %H:%M") == f"{last - timedelta(hours=1):%d %H:%M}"
    )  # Berlin in March: one hour


def test_weeks_in_which_only_one_zone_has_summer_time_double_nothing(bring: Any, fresh_self: Self) -> None:
    new_york = timedelta(hours=-6)
    daily = [
        Said(datetime(2021, 3, 1 + n // 4, 9 + n % 4, 3 * n % 60), one.author, f"{one.text} / {n}")
        for n, one in enumerate(chat(last=120))
    ]
    shorter = datetime(2021, 3, 14, 7), datetime(2021, 3, 28, 1)  # summer time there, not yet here
    moved = [
        replace(one, at=one.at + new_york + timedelta(hours=shorter[0] < one.at < shorter[1]))
        for one in daily
    ]
    bring(android_german(daily))
    assert counts(bring(android_american(moved))) == (0, 120, 0)


def test_media_that_come_with_a_later_export_are_added_to_the_same_record(
    bring: Any, fresh_self: Self
) -> None:
    bring(android_german(chat()))
    before = ids(fresh_self)
    again = bring(iphone(chat(), media=True))
    assert (again.new, again.same + again.changed) == (0, 60)
    assert ids(fresh_self) == before


def test_an_edit_in_between_is_a_revision_and_never_undone_by_an_older_export(
    bring: Any, fresh_self: Self
) -> None:
    bring(android_german(chat()))
    edited = chat()
    edited[5] = replace(edited[5], text="bring both jackets, it will be cold", mark="edited")
    assert counts(bring(iphone(edited))) == (0, 59, 1)
    assert "both jackets" in texts(fresh_self)[5][1]
    assert counts(bring(android_american(chat()))) == (0, 60, 0)
    assert "both jackets" in texts(fresh_self)[5][1]


def test_what_was_unsent_in_between_loses_its_text_and_does_not_come_back(
    bring: Any, fresh_self: Self
) -> None:
    bring(android_german(chat()))
    unsent = chat()
    unsent[8] = replace(unsent[8], mark="deleted")
    assert counts(bring(iphone(unsent))) == (0, 59, 1)
    assert texts(fresh_self)[8][1] == ""
    bring(android_american(chat()))
    assert texts(fresh_self)[8][1] == ""
    assert len(ids(fresh_self)) == 60


def test_what_was_forgotten_does_not_come_back_in_another_wording(bring: Any, fresh_self: Self) -> None:
    bring(android_german(chat()))
    which = next(n for n, (_, text) in enumerate(texts(fresh_self)) if "jacket" in text)
    gone, words = ids(fresh_self)[which], texts(fresh_self)[which][1]
    with Archive.writing(fresh_self) as archive:
        archive.forget([gone])
    again = bring(iphone(chat()))
    assert (again.new, again.same, again.forgotten) == (0, 59, 1)
    assert words not in [text for _, text in texts(fresh_self)]


def test_two_chats_with_the_same_greetings_stay_two_chats(bring: Any, fresh_self: Self) -> None:
    greetings = [f"happy new year to all of you, see you in {year}" for year in range(2015, 2021)]
    both = [Said(START + timedelta(days=365 * n), "Ida Holm", text) for n, text in enumerate(greetings)]
    own = [
        Said(START + timedelta(days=300 + n), "Anna", f"a message of anna about the garden {n}")
        for n in range(9)
    ]
    other = [
        Said(START + timedelta(days=300 + n), "Ben", f"what ben wrote about the engine {n}") for n in range(9)
    ]
    bring(android_german(sorted(both + own, key=lambda one: one.at)))
    assert counts(bring(iphone(sorted(both + other, key=lambda one: one.at)), name="Ben")) == (15, 0, 0)
    with open_view(fresh_self, "list") as view:
        assert [thread.title for thread in view.threads()] == ["Anna", "Ben"]


def test_a_decision_about_a_person_stays_when_they_are_renamed(bring: Any, fresh_self: Self) -> None:
    bring(android_german(chat(last=40)))
    with Archive.writing(fresh_self) as archive, archive.transaction():
        anna = next(one for one in archive.people.identities() if one.name == "Anna")
        archive.people.exclude(anna.contact)
    bring(iphone(chat(anna="Frau Berg")), name="Frau Berg")
    with open_view(fresh_self, "retrieve") as view:
        assert {record.author_name for record in view.records()} == {"Ida Holm"}
