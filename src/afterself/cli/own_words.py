"""How much of what the owner wrote are their own words, and in which languages: as lines and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.policy.own_words import OwnWords

MOST_COMPARED = 50_000
"""Records among which an import looks for copies: two or three seconds."""

_LANGUAGES_SHOWN = 6


def own_words_lines(words: OwnWords) -> list[str]:
    """What is theirs and what each rule left out; nothing where nothing of the owner is known."""
    if not words.written.records:
        return []
    line = (
        f"Own words: {words.own.records:,} of {counted(words.written.records, 'message')} of the owner, "
        f"{percent(words.own.characters / max(words.written.characters, 1))} of what stands in them"
    )
    if words.left_out:
        line += "; left out: " + ", ".join(
            f"{percent(words.share(rule))} {_TOLD.get(rule, rule)}" for rule in words.left_out
        )
    if not words.compared:
        line += "; copies were not looked for among so many: afterself dataset does"
    return [line]


def languages_lines(shares: Mapping[str, float]) -> list[str]:
    """The languages of the owner's own words, the most frequent ones."""
    if not shares:
        return []
    told = [f"{_named(code)} {percent(share)}" for code, share in shares.items()]
    more = f", and {len(told) - _LANGUAGES_SHOWN} more" if len(told) > _LANGUAGES_SHOWN else ""
    return ["Languages: " + ", ".join(told[:_LANGUAGES_SHOWN]) + more]


def own_words_json(words: OwnWords) -> dict[str, Any]:
    """Records and characters written, kept and left out by each rule; shares are of all characters.

    `compared` tells whether copies were looked for, which for very many records only `dataset` does.
    """
    return {
        "written": {"records": words.written.records, "characters": words.written.characters},
        "own": {"records": words.own.records, "characters": words.own.characters},
        "compared": words.compared,
        "left_out": {
            rule: {
                "records": amount.records,
                "characters": amount.characters,
                "share": round(words.share(rule), 6),
            }
            for rule, amount in words.left_out.items()
        },
    }


def percent(share: float) -> str:
    """A share in words that never say that something that is there is nothing."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    return f"{100 * share:.1f} %" if share < 0.1 or 0.99 < share < 1 else f"{100 * share:.0f} %"


def _named(code: str) -> str:
    return "not clear" if code == "und" else code


_TOLD = {"kind": "calls and notices", "signature": "signatures", "placeholder": "placeholders"}
