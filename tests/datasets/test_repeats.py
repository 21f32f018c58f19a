"""What training knows already is no measure of it: repeated words are no targets on a later side."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.datasets import build_examples, held_out_replies, split
from afterself.models.tokens import HFTurnTokenizer
from tests.datasets.talks import Talks, said
from tests.datasets.test_split import DAY, bursts, days, sizes

POEM = "roses are red, violets are blue, and the night train to the north leaves at six, so I have to go now"


def with_poem(*spoken: tuple[int, str, str]) -> list[dict[str, object]]:
    """A hundred days of talk, and (day, author, text) spoken at the end of some of them."""
    more = [said(author, text, day * DAY + 30) for day, author, text in spoken]
    return sorted([*days(100), *more], key=lambda m: m["minute"])  # type: ignore[arg-type,return-value]


def poems(talks: list) -> list[bool]:  # type: ignore[type-arg]
    """For each turn with the poem in it, whether it is a target."""
    return [
        n in talk.targets
        for talk in talks
        for n, burst in enumerate(talk.bursts)
        if any(line.text.casefold().startswith("roses") for line in burst.turn.lines)
    ]


def test_a_long_text_said_again_later_is_context_there_and_no_target() -> None:
    spoken = [(3, "me", POEM), (85, "me", POEM.upper()), (95, "me", POEM.replace(", ", ",\n"))]
    made = split(Talks(anna=with_poem(*spoken)))  # type: ignore[arg-type]
    assert (poems(made.train), poems(made.validation), poems(made.held_out)) == ([True], [False], [False])
    assert made.repeated == 2


def test_what_only_validation_has_is_no_target_among_the_held_out() -> None:
    made = split(Talks(anna=with_poem((85, "me", POEM), (95, "me", POEM))))  # type: ignore[arg-type]
    assert (poems(made.train), poems(made.validation), poems(made.held_out)) == ([], [True], [False])


def test_words_that_the_owner_only_received_before_are_repeated_too() -> None:
    made = split(Talks(anna=with_poem((3, "Anna", POEM), (95, "me", POEM))))  # type: ignore[arg-type]
    assert poems(made.held_out) == [False]


def test_short_words_may_come_again_and_training_keeps_every_repetition() -> None:
    spoken = [(3, "me", POEM), (4, "me", POEM), (5, "me", "ok"), (95, "me", "ok")]
    made = split(Talks(anna=with_poem(*spoken)))  # type: ignore[arg-type]
    assert poems(made.train) == [True, True] and made.repeated == 0


def test_one_chat_from_two_sources_is_not_trained_here_and_measured_there() -> None:
    """The second copy has fewer talks after it, so its end reaches farther back than the first one's."""
    twice = Talks(anna=days(100), copy=days(90))
    made = split(twice)  # type: ignore[arg-type]
    learned = {line.text for t in made.learned for b in t.bursts for line in b.turn.lines}
    assert made.repeated > 0 and bursts(made.train) > 150
    for talk in made.held_out:
        assert not {line.text for n in talk.targets for line in talk.bursts[n].turn.lines} & learned
    assert sum(sizes(made)) + made.repeated == 380


def test_one_chat_from_two_phones_counts_once_on_every_side() -> None:
    alone, twice = split(Talks(anna=days(100))), split(Talks(anna=days(100), copy=days(100)))  # type: ignore[arg-type]
    for side, sides in ((alone.train, twice.train), (alone.held_out, twice.held_out)):
        said_there = [(b.at, b.turn.lines) for t in sides for n, b in enumerate(t.bursts) if n in t.targets]
        assert len(said_there) == len({at for at, _ in said_there}) and bursts(sides) <= 1.5 * bursts(side)
    assert twice.repeated >= 180


@pytest.mark.parametrize("minutes", [0, 7])
def test_a_later_import_of_the_same_words_makes_no_held_out_text_of_them(
    tiny_base: Path, minutes: int
) -> None:
    view = Talks(anna=with_poem((3, "me", POEM)))
    dataset = build_examples(view, HFTurnTokenizer(tiny_base), context=128)  # type: ignore[arg-type]
    again = said("Cem", "read it!", 120 * DAY), said("me", POEM, 120 * DAY + minutes)
    grown = Talks(anna=with_poem((3, "me", POEM)), cem=[*again, said("me", "new words", 122 * DAY)])
    found = list(held_out_replies(grown, dataset.revisions, dataset.held_out))  # type: ignore[arg-type]
    texts = [r.reply.conversation.bursts[-1].turn.lines[0].text for r in found if r.thread == "id-cem"]
    assert texts == ["new words"]
