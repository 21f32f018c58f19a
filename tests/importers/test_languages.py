"""In which language the owner wrote: short words go by the person and the thread, long ones by letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from afterself.archive.drafts import Span, ThreadDraft
from afterself.archive.store import Archive
from afterself.datasets import conversations
from afterself.home.folder import Self
from afterself.importers.languages import LANGUAGES, Prior, _author_prior, identify_owner, language_of
from afterself.policy import View, open_view
from afterself.policy.history import RevisionInfo

Said = Callable[..., Any]
Store = Callable[..., Any]
GERMAN = [
    "ich komme gleich", "kannst du bitte Brot mitbringen", "wann kommst du nach Hause?", "ok", "lol",
    "bis morgen",
    "keine Ahnung was er will", "hab dich lieb", "gut", "ich bin um sechs da",
]  # fmt: skip
ENGLISH = [
    "I am almost there", "can you bring the key?", "what time is it tomorrow?", "ok", "lol", "see you",
    "no idea what he wants", "love you", "good", "I will be there at six",
]  # fmt: skip


def languages(self_: Self) -> dict[str, str | None]:
    """The language of each text of the owner."""
    with Archive.writing(self_) as archive, archive.transaction():
        identify_owner(archive)
    with open_view(self_, "list") as view:
        return {
            record.text: current(view, record.id).language for record in view.records() if record.is_owner
        }


def current(view: View, record: str) -> RevisionInfo:
    history = view.history.of(record)
    assert history is not None
    return next(one for one in history.revisions if one.current)


def put(store: Store, said: Said, texts: list[str], thread: str = "t", **more: Any) -> None:
    drafts = [said(text, native_id=f"{thread}{n}", thread=thread, **more) for n, text in enumerate(texts)]
    store(ThreadDraft(thread, thread, "direct"), *drafts, me=["Anna"])


def test_ok_and_lol_are_in_the_language_that_the_person_writes(
    fresh_self: Self, said: Said, store: Store
) -> None:
    put(store, said, GERMAN)
    assert languages(fresh_self) == dict.fromkeys(GERMAN, "de")


def test_a_thread_decides_what_the_person_leaves_open(fresh_self: Self, said: Said, store: Store) -> None:
    put(store, said, [f"{text} {n}" for text in GERMAN for n in range(3)], "Mutter")
    put(store, said, [f"{text} {n}" for text in ENGLISH for n in range(3)], "Office")
    put(store, said, [*GERMAN[:3], "ok", *GERMAN[5:]], "Vater")
    found = languages(fresh_self)
    assert found["ok 2"] in ("de", "en") and found["bis morgen 0"] == "de" and found["see you 0"] == "en"
    assert {found[f"{text} 1"] for text in GERMAN if text not in ("ok", "lol", "gut")} == {"de"}
    assert {found[f"{text} 1"] for text in ENGLISH if text not in ("ok", "lol", "good")} == {"en"}
    assert found["ok"] == "de"


def test_one_sentence_in_another_language_is_told_from_a_persons_habit(
    fresh_self: Self, said: Said, store: Store
) -> None:
    put(
        store, said, [*(f"{text} {n}" for text in ENGLISH for n in range(4)), "¿cuándo vienes a casa mañana?"]
    )
    assert languages(fresh_self)["¿cuándo vienes a casa mañana?"] == "es"


def test_what_holds_no_words_is_no_language_and_does_not_count(
    fresh_self: Self, said: Said, store: Store
) -> None:
    put(
        store,
        said,
        [*(f"{text} then" for text in ENGLISH), "😂😂", "12:30", "https://example.org/a/b", "@anna"],
    )
    found = languages(fresh_self)
    assert {found[text] for text in ("😂😂", "12:30", "https://example.org/a/b", "@anna")} == {"zxx"}
    with open_view(fresh_self, "list") as view:
        assert view.own.languages() == {"en": 1.0}


def test_each_stretch_of_own_words_has_its_language_and_quotes_have_none(
    fresh_self: Self, said: Said, store: Store
) -> None:
    mine, theirs = "Ich schreibe dir morgen wieder, versprochen.", "Quand est-ce que tu viens nous voir ?"
    also = "And this is what I wanted to say in English."
    text = f"{mine}\n{theirs}\n{also}"
    span = Span(len(mine) + 1, len(mine) + 1 + len(theirs), "quoted")
    put(store, said, [*GERMAN, *ENGLISH])
    put(store, said, [text], "u", spans=(span,))
    languages(fresh_self)
    with open_view(fresh_self, "list") as view:
        (record,) = [one for one in view.records() if one.text == text]
        assert record.own_text == f"{mine}\n\n{also}"
        spans = current(view, record.id).spans
    told = [(text[one.start : one.end].strip(), one.kind, one.language) for one in spans]
    assert told == [(mine, "own", "de"), (theirs, "quoted", None), (also, "own", "en")]


def test_a_language_that_the_export_gives_is_believed_and_a_second_import_changes_nothing(
    fresh_self: Self, said: Said, store: Store
) -> None:
    put(store, said, ["kthxbye"], language="tlh")
    span = (Span(0, 2, "quoted"),)
    put(store, said, [f"ok {text}" for text in ENGLISH], "u", spans=span)
    assert languages(fresh_self)["kthxbye"] == "tlh"
    drafts = [said(f"ok {t}", native_id=f"u{n}", thread="u", spans=span) for n, t in enumerate(ENGLISH)]
    assert store(ThreadDraft("u", "u", "direct"), *drafts, me=["Anna"]) == {"same": len(ENGLISH)}


def test_the_header_names_the_language_of_a_thread_where_the_owner_writes_in_several(
    fresh_self: Self, said: Said, store: Store
) -> None:
    put(store, said, GERMAN, "Mutter")
    languages(fresh_self)
    assert headers(fresh_self) == {"Mutter": None}
    put(store, said, ENGLISH, "Office")
    languages(fresh_self)
    assert headers(fresh_self) == {"Mutter": "de", "Office": "en"}


def headers(self_: Self) -> dict[str, str | None]:
    """What the model is told of the language in each thread."""
    with open_view(self_, "train") as view:
        titles = {thread.id: thread.title for thread in view.threads()}
        return {titles[talk.thread]: talk.header(talk.bursts).language for talk in conversations(view)}


def test_a_persons_languages_count_those_that_only_an_export_tells() -> None:
    known, sample = {"de": 30, "tlh": 30}, ["ich komme gleich nach Hause", "what time is it tomorrow?"]
    prior = _author_prior(known, sample)
    assert set(prior) == set(LANGUAGES) and prior["de"] == pytest.approx(0.5, abs=0.01)
    assert prior["en"] == pytest.approx(1 / 62 + 0.001, abs=0.002)


def test_languages_are_found_once_it_is_known_who_the_owner_is(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(ThreadDraft("t", "t", "direct"), *[said(x, native_id=str(n)) for n, x in enumerate(ENGLISH)])
    assert languages(fresh_self) == {}
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.people.set_owner(archive.people.find("Anna"))
    assert languages(fresh_self)["ok"] == "en"


@pytest.mark.parametrize("text", ["", " ", "a" * 5000, "\x00\ud7ff", "ﷺ" * 50, "𝕒𝕓𝕔", "👩‍👩‍👧" * 100])
def test_any_text_has_a_language_or_none_without_an_error(text: str) -> None:
    assert language_of(text, Prior({})) in (*LANGUAGES, "zxx", None)
