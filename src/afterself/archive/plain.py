"""Record text made safe to show in a terminal.

Foreign text can hold escape codes that repaint the screen, carriage returns
that hide what stands before them, and marks that turn the reading direction.
They become visible symbols or go; the words stay as they are.
"""

from __future__ import annotations

_SHOWN: dict[int, str | None] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000)), "\ufffd"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    0x2028: "\n",
    0x2029: "\n",
    0xFEFF: None,
}
del _SHOWN[0x0A]
_SHOWN[0x09] = "    "


def terminal_text(text: str, *, one_line: bool = False) -> str:
    """`text` without control characters, escape codes and bidirectional overrides.

    Newlines stay, or with `one_line` become a visible mark.
    """
    shown = text.replace("\r\n", "\n").translate(_SHOWN)
    return shown.replace("\n", " ⏎ ") if one_line else shown


def one_line(text: str) -> str:
    """A name or a title as one line of a terminal shows it."""
    return terminal_text(text, one_line=True)
