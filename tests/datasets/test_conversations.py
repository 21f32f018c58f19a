"""What becomes context, what becomes a target, and where a talk ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from afterself.datasets import Conversation, conversations
from afterself.errors import UsageError
from afterself.models.turns import render
from tests.datasets.talks import START, Talks, said

GOLDEN_DIRECT = (
    "<|im_start|>system\nto: Anna (friend); via: whatsapp; on: 2019-03<|im_end|>\n"
    "<|im_start|>user\nare you coming tomorrow?\nbring the key<|im_end|>\n"
    "<|im_start|>assistant\nyes\nbut late, train at 6<|im_end|>\n"
)


def strings(talks: list[Conversation]) -> list[str]:
    """The talks as the frozen format writes them."""
    return [
        render(talk.header(talk.bursts), [burst.turn for burst in talk.bursts], group=talk.group)
        for talk in talks
    ]


def of(view: Talks, **options: object) -> list[Conversation]:
    return list(conversations(view, **options))  # type: ignore[arg-type]


def test_a_direct_talk_becomes_the_golden_string() -> None:
    view = Talks(
        anna=[
            said("Anna", "are you coming tomorrow?", 0),
            said("Anna", "bring the key", 1),
            said("me", "yes", 2),
            said("me", "but late, train at 6", 3),
        ]
    )
    assert strings(of(view)) == [GOLDEN_DIRECT]


def test_a_group_becomes_the_golden_string() -> None:
    view = Talks(trip=[said("Anna", "are you coming?", 0), said("Ben", "me too", 1), said("me", "yes", 2)])
    assert strings(of(view)) == [
        "<|im_start|>system\nto: Anna (friend), Ben; via: whatsapp; on: 2019-03<|im_end|>\n"
        "<|im_start|>user\nAnna: are you coming?\nBen: me too<|im_end|>\n"
        "<|im_start|>assistant\nyes<|im_end|>\n"
    ]


def test_when_the_owner_opens_no_user_turn_stands_before_and_the_contact_is_still_named() -> None:
    view = Talks(anna=[said("me", "hi", 0), said("Anna", "hello", 9999)])
    assert strings(of(view)) == [
        "<|im_start|>system\nto: Anna (friend); via: whatsapp; on: 2019-03<|im_end|>\n"
        "<|im_start|>assistant\nhi<|im_end|>\n"
    ]


def test_the_generic_format_does_not_say_over_which_platform_people_spoke() -> None:
    view = Talks("generic", anna=[said("Ben", "a?"), said("me", "b")])
    assert strings(of(view))[0].startswith("<|im_start|>system\nto: Ben<|im_end|>\n")


def test_a_night_of_silence_ends_a_talk_and_a_working_day_does_not() -> None:
    hours = 60
    view = Talks(
        anna=[
            said("Anna", "one", 0),
            said("me", "two", 7 * hours),
            said("Anna", "three", 16 * hours),
            said("me", "four", 16 * hours + 1),
        ]
    )
    assert [len(talk.bursts) for talk in of(view)] == [2, 2]
    assert [len(talk.bursts) for talk in of(view, gap=timedelta(days=1))] == [4]


def test_a_mail_thread_stays_one_talk_for_weeks() -> None:
    view = Talks(kind="mail", anna=[said("Anna", "one", 0), said("me", "two", 99_999)])
    assert [len(talk.bursts) for talk in of(view)] == [2]


def test_a_thread_without_times_is_one_talk() -> None:
    view = Talks(anna=[said("Anna", "one"), said("me", "two"), said("Anna", "three"), said("me", "four")])
    assert [len(talk.bursts) for talk in of(view)] == [4]


def test_only_own_words_are_targets() -> None:
    view = Talks(anna=[said("Anna", "so?", 0), said("me", "> so?\nyes", 1, own="yes")])
    assert "assistant\nyes<|im_end|>" in strings(of(view))[0]


def test_a_placeholder_of_the_owner_is_skipped_without_ending_their_burst() -> None:
    view = Talks(
        anna=[
            said("Anna", "what does it look like?", 0),
            said("me", "<Media omitted>", 1, own=""),
            said("me", "like this", 2),
        ]
    )
    assert strings(of(view))[0].endswith(
        "user\nwhat does it look like?<|im_end|>\n<|im_start|>assistant\nlike this<|im_end|>\n"
    )


def test_system_lines_and_reactions_never_enter() -> None:
    view = Talks(
        anna=[
            said("", "Messages are encrypted", 0, kind="system"),
            said("Anna", "one", 1),
            said("Anna", "👍", 2, kind="reaction"),
            said("me", "two", 3),
        ]
    )
    assert [[line.text for line in b.turn.lines] for b in of(view)[0].bursts] == [["one"], ["two"]]


def test_a_talk_without_a_word_of_the_owner_teaches_nothing() -> None:
    assert of(Talks(anna=[said("Anna", "hello?", 0)])) == []


def test_words_whose_author_is_undecided_are_context_and_never_a_target() -> None:
    view = Talks(anna=[said("me", "maybe mine", 0, is_owner=None), said("me", "mine", 1)])
    assert [burst.owner for burst in of(view)[0].bursts] == [False, True]


def test_until_is_exclusive_and_leaves_out_what_has_no_time() -> None:
    view = Talks(anna=[said("me", "in", 0), said("me", "out", 5), said("me", "undated")])
    kept = of(view, until=START + timedelta(minutes=5))
    assert [line.text for talk in kept for burst in talk.bursts for line in burst.turn.lines] == ["in"]


@pytest.mark.parametrize("name", ["id-anna", "key-anna", "anna"])
def test_a_thread_is_left_out_by_id_key_or_title(name: str) -> None:
    view = Talks(anna=[said("me", "one", 0)], ben=[said("me", "two", 0)])
    assert [talk.thread for talk in of(view, exclude_threads=[name])] == ["id-ben"]


def test_placeholders_of_others_are_no_context_and_a_caption_is() -> None:
    view = Talks(
        anna=[
            said("Anna", "<Media omitted>", 0, words=""),
            said("Anna", "dog.jpg (file attached) our dog", 1, words="our dog"),
            said("me", "cute", 2),
        ]
    )
    assert "user\nour dog<|im_end|>\n<|im_start|>assistant\ncute" in strings(of(view))[0]


def test_words_on_both_sides_of_a_hidden_record_are_no_burst() -> None:
    view = Talks(anna=[said("me", "yes", 0), said("Anna", "hidden", 1), said("me", "no", 2)])
    view.all["anna"].pop(1)
    assert [len(talk.bursts) for talk in of(view)] == [1, 1]


# Four defects that a peer's datasets have; each must stay impossible here.


def test_an_unseen_question_never_lends_its_answer_to_an_older_question() -> None:
    view = Talks(
        anna=[
            said("Anna", "want to eat together?", 0),
            said("me", "sure", 1),
            said("Anna", "do you like sushi?", 2),
            said("Anna", "", 3, deleted=True),
            said("me", "Thursday afternoon", 4),
        ]
    )
    first, second = strings(of(view))
    assert "Thursday" not in first
    assert second.endswith("<|im_end|>\n<|im_start|>assistant\nThursday afternoon<|im_end|>\n")
    assert "sushi" not in second and "eat together" not in second


def test_when_the_owner_speaks_first_the_answer_is_not_in_the_prompt() -> None:
    view = Talks(anna=[said("me", "guess what happened", 0), said("Anna", "what?", 1), said("me", "snow", 2)])
    text = strings(of(view))[0]
    assert text.count("guess what happened") == 1
    assert "user\nguess" not in text and text.index("assistant\nguess") < text.index("user\nwhat?")


def test_a_question_of_one_contact_is_never_answered_by_words_to_another() -> None:
    view = Talks(
        anna=[said("Anna", "did you take the money?", 0)],
        ben=[said("me", "yes, all of it", 2), said("Ben", "great", 3)],
    )
    talks = of(view)
    assert [talk.thread for talk in talks] == ["id-ben"]
    assert "money" not in "".join(strings(talks))


def test_an_earlier_question_is_kept_when_the_next_one_comes_minutes_later() -> None:
    view = Talks(anna=[said("Anna", "when?", 0), said("Anna", "and where?", 4), said("me", "6, station", 5)])
    assert "user\nwhen?\nand where?<|im_end|>" in strings(of(view))[0]


def test_a_thread_to_leave_out_that_does_not_exist_is_an_error_and_never_ignored() -> None:
    view = Talks(anna=[said("me", "hi", 0)], ben=[said("me", "hello", 0)])
    with pytest.raises(UsageError, match="no thread “bem”"):
        of(view, exclude_threads=["ANNA", "bem"])
    assert [talk.thread for talk in of(view, exclude_threads=["ANNA"])] == ["id-ben"]
