"""Pieces of a generated reply -> labelled lines on the screen, in a natural rhythm if one is wanted.

Every message of a burst begins with a label that holds “[generated]”, every further line of it with
a mark: none can be taken for a quote, with or without colour, at any width. Each character is made
safe by itself, so that an escape code cannot slip through in two pieces. Quotes are printed elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from afterself.archive.plain import terminal_text

MARK = "[generated] ›"
GUTTER = "¦ "
STOPPED = "[stopped]"
SILENT = "…"

_LABEL_SHARE = 0.6  # a label that takes more of the line than this gets a line of its own
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_TAKES, _TAKES_PER_LETTER, _TAKES_AT_MOST = 0.3, 0.02, 1.8


def seconds_for(letters: int) -> float:
    """How long a message of that many letters stands before the next one of its burst begins."""
    return min(_TAKES + _TAKES_PER_LETTER * letters, _TAKES_AT_MOST)


def label_for(name: str, width: int | None) -> str:
    """The label with as much of the name as fits into `width` columns (None: all of it)."""
    shown = terminal_text(name, one_line=True)
    if not shown or width is None or cell_len(f"{shown} {MARK}") <= width:
        return f"{shown} {MARK}".lstrip()
    left = width - cell_len(f"… {MARK}")
    return f"{set_cell_size(shown, left).rstrip()}… {MARK}" if left > 1 else MARK


class ReplyWriter:
    """Prints one reply as it is written. Feed it with `piece`, end it with `finish`.

    A message ends at a newline; a newline with a blank behind it is a line break inside a message.
    """

    def __init__(
        self,
        out: Console,
        name: str,
        *,
        rhythm: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out, self._name, self._rhythm, self._sleep, self._clock = out, name, rhythm, sleep, clock
        # One column stays free: what terminals do after the last one differs.
        self._width = max(out.width - 1, 2) if out.is_terminal else None
        self._messages = 0
        self._labelled = self._broken = False
        self._word, self._space = "", False
        self._column = self._letters = 0
        self._began = 0.0

    def piece(self, text: str) -> None:
        """Print the next piece, whatever is in it; "" prints the first label, before anything is known."""
        if not self._messages and not self._labelled:
            self._label()
        for character in text:
            if character == "\n":
                self._broken = True
                continue
            if self._broken:
                self._broken = False
                self._end_line(inside=character == " ")
            for shown in terminal_text(character):
                self._take(shown)

    def finish(self, *, stopped: bool = False) -> None:
        """End the reply's last line, saying so if it was stopped."""
        self._flush()
        if not self._labelled and not self._messages:
            self._label()
        if not self._letters and not self._messages and not stopped:
            self._put(SILENT)
        if stopped:
            self._put(f" {STOPPED}", style="bold")
        if self._labelled or stopped:
            self._put("\n")

    def _label(self) -> None:
        """Open the next message; a label that is long for this screen stands above it."""
        label = label_for("" if self._messages else self._name, self._width)
        self._put(label, style="bold")
        self._column = cell_len(label) + 1
        if self._width is not None and self._column > self._width * _LABEL_SHARE:
            self._next_line()
        else:
            self._put(" ")
        self._labelled, self._space, self._letters = True, False, 0
        self._began = self._clock()

    def _end_line(self, *, inside: bool) -> None:
        self._flush()
        if not self._labelled or not self._letters:
            return
        if inside:
            self._next_line()
            return
        self._put("\n")
        self._messages += 1
        self._labelled = False
        if self._rhythm:
            self._sleep(max(0.0, self._began + seconds_for(self._letters) - self._clock()))

    def _take(self, character: str) -> None:
        if character == "\n":
            self._flush()
            self._next_line()
        elif character.isspace():
            self._flush()
            self._space = True
        else:
            joined = self._word.endswith(_ZERO_WIDTH_JOINER) or character in _SKIN_TONES
            if cell_len(character) > 1 and not joined:
                self._flush()  # between wide characters a line may end
            self._word += character

    def _flush(self) -> None:
        """Print the word that is whole now, on the next line if it does not fit on this one."""
        word, self._word = self._word, ""
        if not word:
            return
        if not self._labelled:
            self._label()
        blank = " " if self._space and self._letters and self._column > self._indent() else ""
        self._space = False
        if self._width is not None and self._column + len(blank) + cell_len(word) > self._width:
            blank = ""
            if self._column > self._indent():
                self._next_line()
            while cell_len(word) > self._width - self._column and len(word) > 1:
                word = self._put_start_of(word)
        self._put(blank + word)
        self._column += len(blank) + cell_len(word)
        self._letters += len(blank + word)

    def _put_start_of(self, word: str) -> str:
        """Fill this line with a word that is longer than any line; what is left of it."""
        room = (self._width or 0) - self._column
        end = next((n for n in range(1, len(word)) if cell_len(word[: n + 1]) > room), len(word) - 1)
        self._put(word[:end])
        self._letters += end
        self._next_line()
        return word[end:]

    def _indent(self) -> int:
        return cell_len(GUTTER)

    def _next_line(self) -> None:
        self._put("\n")
        self._put(GUTTER, style="dim")
        self._column = self._indent()
        self._space = False

    def _put(self, text: str, style: str = "") -> None:
        self._out.print(Text(text, style=style), end="", soft_wrap=True)
