"""What counts as the owner's own words, and what of their messages each rule leaves out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import apsw
from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.drafts import Person, Span, ThreadDraft
from afterself.archive.labels import Subjects
from afterself.archive.store import Archive
from afterself.cli.own_words import own_words_lines
from afterself.datasets import conversations
from afterself.home.folder import Self
from afterself.policy import open_view
from afterself.policy.copies import LONG, SHORT, Seen, plain_text
from afterself.policy.own_words import OwnWords

Said = Callable[..., Any]
Store = Callable[..., Any]
POEM = (
    "When I am dead, my dearest, sing no sad songs for me; plant thou no roses at my head, nor shady cypress."
)
STORY = (
    "We took the old road over the hills, for the bridge was closed, and it rained on us all the way to Bern."
)


def gate(self_: Self, **limits: Any) -> OwnWords:
    with open_view(self_, "train") as view:
        return view.own.words(**limits)


def learned(self_: Self) -> list[str]:
    """What training would take for the owner's words."""
    with open_view(self_, "train") as view:
        talks = list(conversations(view))
    return [line.text for talk in talks for burst in talk.bursts if burst.owner for line in burst.turn.lines]


def talk(store: Store, said: Said, *messages: tuple[str, str], thread: str = "t", **more: Any) -> None:
    drafts = [
        said(text, author, f"2020-01-0{day}T10:{minute:02}:00", thread=thread, native_id=f"{day}-{minute}")
        for day, (minute, (author, text)) in ((more.get("day", 1), one) for one in enumerate(messages))
    ]
    store(ThreadDraft(thread, "T", "direct"), *drafts, me=["Anna"])


def test_short_words_are_the_persons_however_often_and_whoever_else_says_them(
    fresh_self: Self, said: Said, store: Store
) -> None:
    common = ["ok", "lol", "happy birthday!! 🎉", "see you tomorrow then"]
    talk(store, said, *[(who, text) for text in common * 3 for who in ("Ben", "Anna")])
    found = gate(fresh_self)
    assert found.own == found.written and found.own.records == 12 and found.left_out == {}
    assert learned(fresh_self) == common * 3


def test_what_somebody_else_wrote_before_is_copied_also_with_other_marks_and_a_few_other_words(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(
        store,
        said,
        ("Ben", POEM),
        ("Anna", POEM.upper()),
        ("Anna", "so sad"),
        ("Anna", POEM.replace("thou", "you")),
    )
    found = gate(fresh_self)
    assert found.left_out["copied from others"].records == 2
    assert found.own.records == 1 and len(found.copies) == 2
    assert learned(fresh_self) == ["so sad"]


def test_what_the_person_wrote_first_stays_theirs_when_others_repeat_it(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Anna", STORY), ("Ben", STORY), ("Anna", "yes"))
    assert gate(fresh_self).left_out == {}
    assert learned(fresh_self) == [STORY, "yes"]


def test_a_long_text_that_the_person_sends_to_several_people_counts_once(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Ben", "hi"), ("Anna", f"Dear Ben! {STORY}"))
    talk(store, said, ("Cleo", "hi"), ("Anna", f"Dear Cleo! {STORY}"), thread="u", day=2)
    found = gate(fresh_self)
    assert {rule: amount.records for rule, amount in found.left_out.items()} == {"repeated": 1}
    assert learned(fresh_self) == [f"Dear Ben! {STORY}"]


def test_the_very_same_words_of_a_sentence_are_copied_and_similar_ones_are_not(
    fresh_self: Self, said: Said, store: Store
) -> None:
    sentence = "the meeting is on Thursday at nine in the small room upstairs"
    assert SHORT <= len(plain_text(sentence)) < LONG
    talk(store, said, ("Ben", sentence), ("Anna", sentence + "!"), ("Anna", sentence.replace("nine", "ten")))
    assert gate(fresh_self).left_out["copied from others"].records == 1
    talk(store, said, ("Anna", "I wonder whether this sentence is one of mine, says who?"), day=2)
    talk(store, said, ("Anna", "I wonder whether this sentence is one of mine, says who?"), thread="u", day=3)
    assert "repeated" not in gate(fresh_self).left_out


def test_each_rule_is_counted_with_the_characters_that_it_leaves_out(
    fresh_self: Self, said: Said, store: Store
) -> None:
    drafts = [
        said("mine > theirs", native_id="1", spans=(Span(5, 13, "quoted"),)),
        said("<media>", native_id="2", spans=(Span(0, 7, "placeholder"),)),
        said("x = 1", native_id="3", spans=(Span(0, 5, "code"), Span(1, 5, "pasted"))),
        said("read this", native_id="4", forwarded_from="Ben"),
        said("Anna left", native_id="5", kind="system"),
        said("plain", native_id="6"),
    ]
    store(ThreadDraft("t", "T", "direct"), *drafts, me=["Anna"])
    found = gate(fresh_self)
    told = {rule: (amount.records, amount.characters) for rule, amount in found.left_out.items()}
    assert told == {
        "kind": (1, 9), "forwarded": (1, 9), "quoted": (0, 8), "code": (1, 5), "placeholder": (1, 7)
    }  # fmt: skip
    assert (found.written.records, found.own.records, found.own.characters) == (6, 2, 9)
    assert found.share("quoted") == 8 / found.written.characters


def test_what_lies_in_a_thread_that_is_left_out_makes_nothing_a_copy(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Anna", STORY))
    talk(store, said, ("Anna", STORY), thread="u", day=2)
    with open_view(fresh_self, "train") as view:
        first = next(thread.id for thread in view.threads() if thread.key == "t")
    assert gate(fresh_self).own.records == 1
    assert gate(fresh_self, without=[first]).left_out == {}
    assert gate(fresh_self, until=datetime(2020, 1, 2, tzinfo=UTC)).left_out == {}


def test_words_of_somebody_who_is_kept_out_of_training_are_not_learned_from_a_copy_of_them(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Ben", POEM))
    talk(store, said, ("Cleo", "hi"), ("Anna", POEM), ("Anna", "so sad"), thread="u", day=2)
    with Archive.writing(fresh_self) as archive:
        ben = next(one for one in archive.contacts.all() if one.name == "Ben")
        with archive.transaction():
            archive.objections.add(ben, ["train"])
        assert learned(fresh_self) == ["so sad"]
        with archive.transaction():
            archive.objections.withdraw(ben, ["train"])
            archive.labels.hold_back(Subjects(contacts=(ben,)), date(2999, 1, 1))
        assert learned(fresh_self) == ["so sad"]
        with archive.transaction():
            archive.labels.release(Subjects(contacts=(ben,)))
            archive.people.exclude(ben.id)
        assert learned(fresh_self) == ["so sad"]
    assert gate(fresh_self).left_out["copied from others"].records == 1
    with open_view(fresh_self, "train") as view:
        assert not any(record.author_name == "Ben" for record in view.records())


def test_the_account_of_somebody_who_is_excluded_is_masked_in_what_is_learned(
    fresh_self: Self, said: Said, store: Store
) -> None:
    ben = Person("benkarlo", "Ben")
    store(
        ThreadDraft("t", "T", "group", (ben,)),
        said("hi", ben, "2020-01-01T10:00"),
        said("ask @benkarlo", "Anna", "2020-01-01T10:01"),
        me=["Anna"],
    )
    assert learned(fresh_self) == ["ask <handle>"]
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.people.exclude(archive.contacts.named("Ben")[0].id)
    assert learned(fresh_self) == ["ask <handle>"]


def test_words_of_others_in_a_thread_that_is_left_out_are_not_learned_from_a_copy_of_them(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Ben", POEM), ("Anna", "nice"))
    talk(store, said, ("Cleo", "hi"), ("Anna", POEM), ("Anna", "so sad"), thread="u", day=2)
    with open_view(fresh_self, "train") as view:
        first = next(thread.id for thread in view.threads() if thread.key == "t")
        talks = list(conversations(view, exclude_threads=[first]))
    targets = [line.text for one in talks for n in one.targets for line in one.bursts[n].turn.lines]
    assert targets == ["so sad"]


def test_among_very_many_records_copies_are_not_looked_for_and_that_is_told(
    fresh_self: Self, said: Said, store: Store
) -> None:
    talk(store, said, ("Ben", POEM), ("Anna", POEM), ("Anna", "so sad"))
    few, many = gate(fresh_self, most_compared=3), gate(fresh_self, most_compared=2)
    assert few == gate(fresh_self) and few.compared and few.own.records == 1
    assert not many.compared and many.own == many.written == few.written and not many.copies
    assert "copies were not looked for" in own_words_lines(many)[0]
    assert "copies were not looked for" not in own_words_lines(few)[0]


def test_the_languages_of_very_much_are_told_in_little_memory(
    fresh_self: Self, said: Said, store: Store
) -> None:
    long = "7" * 400_000
    store(*(said(f"{long} {n}", kind="document", native_id=str(n)) for n in range(16)), me=["Anna"])
    with open_view(fresh_self, "list") as view:
        assert view.own.languages(threads=[1]) == {"und": 1.0}
        before = apsw.memory_used()
        apsw.memory_high_water(True)
        view.own.languages(threads=[1])
        assert apsw.memory_high_water() - before < 5 * len(long)


@given(st.text(min_size=1, max_size=400), st.text(max_size=400))
def test_a_text_is_always_its_own_copy_and_a_short_one_never(one: str, other: str) -> None:
    seen = Seen()
    seen.add(plain_text(other))
    seen.add(plain_text(one))
    assert seen.holds(plain_text(one)) == (len(plain_text(one)) >= SHORT)
    assert seen.holds(plain_text(f" {one}\n!"), LONG) == (len(plain_text(one)) >= LONG)
