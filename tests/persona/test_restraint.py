"""Words of abuse that the owner never wrote are not put into their mouth; all others pass as they are."""

from __future__ import annotations

import codecs
from collections.abc import Generator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from afterself.persona.restraint import SLURS, TRIES, restrained

SLUR = codecs.decode("fyhg", "rot13")


def writer(*scripts: str, size: int = 3, asked: list[str] | None = None) -> Any:
    """A model that writes a script for each try, in pieces of `size` characters."""

    def write(so_far: str, turn: int) -> Generator[str, None, None]:
        if asked is not None:
            asked.append(so_far)
        text = scripts[min(turn, len(scripts) - 1)]
        for at in range(0, len(text), size):
            yield text[at : at + size]

    return write


def nobody(word: str) -> bool:
    return False


@given(st.text(max_size=40), st.integers(1, 7))
def test_any_other_text_passes_unchanged_however_it_is_cut(text: str, size: int) -> None:
    if not any(word in SLURS for word in text.casefold().split()):
        assert "".join(restrained(writer(text, size=size), nobody)) == text


@given(st.integers(1, 9))
def test_the_reply_goes_on_from_before_the_word_and_it_is_never_shown(size: int) -> None:
    asked: list[str] = []
    write = writer(f"you old {SLUR.title()}, come in", "friend, come in", size=size, asked=asked)
    assert "".join(restrained(write, nobody)) == "you old friend, come in"
    assert asked == ["", "you old "]


def test_a_word_at_the_very_end_is_seen_too() -> None:
    assert "".join(restrained(writer(f"you {SLUR}", "dear"), nobody)) == "you dear"


def test_what_the_owner_wrote_themselves_is_theirs() -> None:
    assert "".join(restrained(writer(f"you {SLUR}!"), lambda word: word == SLUR)) == f"you {SLUR}!"


def test_a_model_that_insists_is_stopped() -> None:
    asked: list[str] = []
    assert "".join(restrained(writer(f"{SLUR} ", asked=asked), nobody)) == ""
    assert len(asked) == TRIES


def test_a_longer_word_that_holds_one_is_left_alone() -> None:
    text = f"the {SLUR}tering brook"
    assert "".join(restrained(writer(text, size=1), nobody)) == text
