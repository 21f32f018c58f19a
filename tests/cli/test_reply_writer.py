"""Generated text on the screen: marked on every line, at any width, and never able to steer the terminal."""

from __future__ import annotations

import io
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from afterself.cli.reply_writer import GUTTER, MARK, ReplyWriter, label_for, seconds_for

WORDS = (
    "It’s only rain, the kettle is on\nand 花子さんが来ました雨の中をずっと歩いて 👩‍👩‍👧 🏽\n café "
    "supercalifragilisticexpialidocious"
)


def shown(*pieces: str, width: int | None = 80, name: str = "Hester Norkus", stopped: bool = False) -> str:
    """What stands on a screen without colour of that width, or in a pipe (None)."""
    file = io.StringIO()
    out = Console(file=file, force_terminal=width is not None, no_color=True, width=width, color_system=None)
    writer = ReplyWriter(out, name)
    writer.piece("")
    for piece in pieces:
        writer.piece(piece)
    writer.finish(stopped=stopped)
    return file.getvalue()


def is_marked(line: str) -> bool:
    """Whether a line tells by itself that it is generated."""
    return MARK in line or line.startswith(GUTTER)


@pytest.mark.parametrize("width", [None, 200, 80, 40, 20, 16, 14])
@pytest.mark.parametrize("name", ["Hester Norkus", "花子 田中さん", "X", "👩‍👩‍👧 family with a long name"])
def test_every_line_is_marked_and_none_is_wider_than_the_screen(width: int | None, name: str) -> None:
    lines = shown(WORDS, width=width, name=name).splitlines()
    assert all(is_marked(line) for line in lines), lines
    assert sum(MARK in line for line in lines) == 2
    assert width is None or max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", [None, 80, 20])
def test_nothing_of_the_words_is_lost_by_wrapping(width: int | None) -> None:
    text = shown(WORDS, width=width, name="X")
    kept = re.sub(rf"X {re.escape(MARK)}|{re.escape(MARK)}|{re.escape(GUTTER)}|\s", "", text)
    assert kept == re.sub(r"\s", "", WORDS)


def test_a_message_of_a_burst_is_a_line_and_a_line_break_inside_one_is_none() -> None:
    assert shown("yes\nbut late\n  train at 6", name="H").splitlines() == [
        f"H {MARK} yes",
        f"{MARK} but late",
        f"{GUTTER}train at 6",
    ]


def test_a_reply_without_words_is_still_marked() -> None:
    assert shown(name="H") == f"H {MARK} …\n"
    assert shown("\n\n", name="H") == f"H {MARK} …\n"


def test_a_stopped_reply_says_so() -> None:
    assert shown("I was ab", name="H", stopped=True) == f"H {MARK} I was ab [stopped]\n"


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J\x1b[H",
        "\x1b]0;owned\x07",
        "\x9b31m",
        "a\rb",
        "\x08\x08\x08",
        "\u202eevil",
        "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
        "\x1bP1$r\x1b\\",
    ],
)
def test_an_escape_sequence_never_reaches_the_terminal_however_it_is_cut(hostile: str) -> None:
    for cut in range(len(hostile) + 1):
        text = shown(hostile[:cut], hostile[cut:])
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), cut


@given(st.lists(st.text(max_size=12), max_size=12), st.sampled_from([None, 80, 20]))
def test_any_pieces_whatever_make_marked_lines_without_control_characters(
    pieces: list[str], width: int | None
) -> None:
    text = shown(*pieces, width=width)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", text)
    assert all(is_marked(line) for line in text.split("\n")[:-1])
    assert text == shown("".join(pieces), width=width)


def test_words_that_look_like_markup_or_emoji_codes_stay_as_they_are() -> None:
    assert "[red]x[/red] :smile: [bold]" in shown("[red]x[/red] :smile: [bold]")


def test_between_the_messages_of_a_burst_it_waits_as_long_as_the_last_one_takes() -> None:
    waits: list[float] = []
    clock = itertools.count()
    out = Console(file=io.StringIO(), force_terminal=True, width=80)
    writer = ReplyWriter(out, "H", rhythm=True, sleep=waits.append, clock=lambda: next(clock) * 0.1)
    writer.piece("yes\nthe train at six was late again so I walked\nbye")
    writer.finish()
    assert len(waits) == 2
    assert waits[0] == pytest.approx(seconds_for(3) - 0.1)
    assert 0 < waits[0] < waits[1] <= seconds_for(1000) < 2


def test_the_label_keeps_its_mark_and_loses_the_name_first() -> None:
    assert label_for("Hester Norkus", None) == "Hester Norkus [generated] ›"
    assert label_for("Hester Norkus", 20) == "Heste… [generated] ›"
    assert label_for("田中花子さん", 20) == "田中… [generated] ›"
    assert label_for("Hester", 13) == label_for("", 40) == MARK
