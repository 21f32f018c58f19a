"""Trained weights -> the reasons, if any, why they must not be published.

They are asked for a few replies to validation words and must not be silent, endless or stuck, measured
against what the owner really said there; and on validation they must be better than the base. The
bars are low: this finds what is broken, not what is weak. What the replies say is looked at by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from afterself.datasets import Dataset
from afterself.models.tokens import TurnTokenizer
from afterself.training.device import Machine
from afterself.training.samples import Written, contexts, replies, write

REPLIES = 10
MOST_BAD = 0.6
"""Share of the replies that may be bad before the weights are."""

SHORTEST_LIMIT = 96
"""Tokens that a reply may have in any case before it counts as endless."""

LONGER_THAN_OWN = 3
"""A reply counts as endless at this many times the length that nine of ten real ones stay below."""

FEWEST_TO_REPEAT = 20
FEWEST_DIFFERENT = 0.4
"""A reply of some length is stuck if fewer than this share of its three-token runs are different."""


def complaints(
    model: Any,
    dataset: Dataset,
    tokenizer: TurnTokenizer,
    on: Machine,
    *,
    longest: int,
    before: float | None,
    after: float | None,
) -> tuple[str, ...]:
    """What is wrong with the weights, in words that follow “the weights”; nothing if they may be used.

    `before` and `after` are validation bits per byte under the base and the weights, None if nothing
    validates; `longest` is the model's context in tokens.
    """
    real = replies(dataset.validation or dataset.train)
    limit = endless_from(real)
    written = []
    for seed, prompt in enumerate(contexts(dataset, REPLIES)):
        most = min(limit, longest - len(prompt))
        if most > 0:
            written.append(write(model, prompt, tokenizer.im_end, on, most=most, seed=seed))
    return (*worse(before, after), *babble(written, real, tokenizer))


def worse(before: float | None, after: float | None) -> tuple[str, ...]:
    """The complaint that nothing was learned, if so."""
    if before is None or after is None or after < before:
        return ()
    return (
        f"read words they were not trained on no better than the base does ({after:.3f} and {before:.3f} "
        "bits per byte)",
    )


def babble(
    written: Sequence[Written], real: Sequence[tuple[int, ...]], tokenizer: TurnTokenizer
) -> tuple[str, ...]:
    """Complaints about replies that are empty, endless or stuck, beside what the owner really said."""
    if not written:
        return ()
    bar, found = MOST_BAD * len(written), []
    if sum(not tokenizer.decode(w.ids).strip() for w in written) > bar:
        found.append("mostly say nothing")
    if sum(not w.ended for w in written) > bar:
        found.append("do not come to an end")
    if sum(stuck(w.ids) for w in written) > bar:
        found.append("repeat themselves within a reply")
    if len(written) > 4 and len({w.ids for w in written}) < 0.3 * len(written) and varied(real):
        found.append("say the same whatever they are told")
    return tuple(found)


def stuck(ids: Sequence[int]) -> bool:
    """Whether a reply turns in circles."""
    runs = list(zip(ids, ids[1:], ids[2:], strict=False))
    return len(ids) >= FEWEST_TO_REPEAT and len(set(runs)) < FEWEST_DIFFERENT * len(runs)


def varied(real: Sequence[tuple[int, ...]]) -> bool:
    """Whether the owner said different things."""
    return len(set(real)) > 0.5 * len(real)


def endless_from(real: Sequence[tuple[int, ...]]) -> int:
    """Tokens from which a reply counts as endless."""
    lengths = sorted(map(len, real)) or [0]
    return max(SHORTEST_LIMIT, LONGER_THAN_OWN * lengths[int(0.9 * (len(lengths) - 1))])
