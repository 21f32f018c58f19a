"""A name that nobody has -> the names that may have been meant, and the question that asks for them.

Names are compared whole and word by word, so that a mistyped first name finds its bearer.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from afterself.archive.keys import folded
from afterself.archive.plain import one_line

_WHOLE, _WORD = 0.6, 0.7
"""How alike a whole name, and a word of one, must be (difflib's ratio, 0 to 1)."""
_SHOWN = 5


def near_names(name: str, names: Iterable[str], limit: int = _SHOWN) -> list[str]:
    """Those of the names that `name` may have been meant as, nearest first: spelled alike, or parts of it."""
    wanted, names = folded(name), list(names)
    holding = sorted(
        (folded(one), one) for one in names if wanted and (wanted in folded(one) or folded(one) in wanted)
    )
    alike = mistyped_names(name, names, limit, whole=_WHOLE)
    found = {folded(one): one for one in [*alike, *(one for _, one in holding)]}
    return list(found.values())[:limit]


def mistyped_names(
    name: str, names: Iterable[str], limit: int = _SHOWN, *, whole: float = _WORD
) -> list[str]:
    """Those of the names that `name` looks like a typing error of, nearest first."""
    wanted = SequenceMatcher(b=folded(name), autojunk=False)
    scored: dict[str, tuple[float, str]] = {}
    for one in names:
        spelled = folded(one)
        ratio = _ratio(wanted, spelled)
        words = max((_ratio(wanted, word) for word in spelled.split()), default=0.0)
        if ratio >= whole or words >= _WORD:
            scored.setdefault(spelled, (max(ratio, words), one))
    return [one for _, one in sorted(scored.values(), key=lambda found: -found[0])][:limit]


def _ratio(wanted: SequenceMatcher[str], spelled: str) -> float:
    wanted.set_seq1(spelled)
    if wanted.real_quick_ratio() < _WHOLE or wanted.quick_ratio() < _WHOLE:
        return 0.0
    return wanted.ratio()


def did_you_mean(names: Iterable[str]) -> str:
    """The question for near names; empty if there are none."""
    near = ", ".join(one_line(name) for name in names)
    return f"Did you mean: {near}?" if near else ""
