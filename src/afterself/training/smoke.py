"""Trained weights -> the reasons, if any, why they must not be published.

They are asked for a few replies to validation words and must not be silent, endless, stuck or in another
language than the owner's, measured against what the owner really said there. On validation they must be
better than the base, and far better than counting letters if the language is hard for them. The bars are
low: this finds what is broken, not what is weak. What the replies say is looked at by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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

READS_HARDLY = 2.5
"""Bits per byte of held-back words from which they may be a language that the weights do not write: English
persons on the embedded base stand at 1.1 to 2.1, a German one with 48 messages at 3.5."""

HARDLY_BETTER = 0.8
"""Share of what letter counting pays for the same words: 0.6 to 0.7 where the base knows the language, .92
for those 48 German messages. Above both bars the weights know letters and endings, and no words."""

FEWEST_TELLING = 4
"""Replies whose language is sure, from which they say something."""

WRITTEN_OFTEN = 0.05
"""Share of the owner's words from which a language is one of theirs."""

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
    said = [tokenizer.decode(reply.ids) for reply in written]
    return (
        *worse(before, after),
        *foreign(after, letter_counting(dataset, tokenizer), dataset.languages),
        *babble(written, real, tokenizer),
        *astray(said, dataset.languages),
    )


def worse(before: float | None, after: float | None) -> tuple[str, ...]:
    """The complaint that nothing was learned, if so."""
    if before is None or after is None or after < before:
        return ()
    return (
        f"read words they were not trained on no better than the base does ({after:.3f} and {before:.3f} "
        "bits per byte)",
    )


def letter_counting(dataset: Dataset, tokenizer: TurnTokenizer) -> float | None:
    """What letter counting (Witten-Bell, order 6) learns from the owner's training words, in bits per byte.

    It reads the words that validate, without what was said before them; None if nothing validates.
    """
    from afterself.models.ngram import WittenBell, bits
    from afterself.models.turns import messages_of

    held_back = [tokenizer.decode(ids) for ids in replies(dataset.validation)]
    if not held_back:
        return None
    learned = [message for ids in replies(dataset.train) for message in messages_of(tokenizer.decode(ids))]
    size = sum(len(turn.encode()) + 1 for turn in held_back)
    return float(bits([WittenBell(learned)], held_back).sum()) / size


def foreign(after: float | None, counted: float | None, languages: Mapping[str, float]) -> tuple[str, ...]:
    """The complaint that the owner's language stayed foreign to the weights, if so."""
    if after is None or counted is None or after < READS_HARDLY or after < HARDLY_BETTER * counted:
        return ()
    code = next((code for code in languages if code != "und"), None)
    told = f"in the owner's language ({code})" if code else "in the owner's language"
    return (
        f"read words they were not trained on little better than counting letters does ({after:.3f} and "
        f"{counted:.3f} bits per byte; what they write would be babble): there is too little {told} for this "
        "base",
    )


def astray(said: Sequence[str], languages: Mapping[str, float]) -> tuple[str, ...]:
    """The complaint that the replies are mostly in a language that the owner does not write, if so.

    Each reply is judged with what the owner writes as the prior, so only what is clear counts.
    """
    from afterself.archive.languages import NO_WORDS
    from afterself.importers.languages import Prior, language_of

    theirs = [code for code, share in languages.items() if share >= WRITTEN_OFTEN and code != "und"]
    if not theirs:
        return ()
    prior = Prior({code: languages[code] for code in theirs})
    found = Counter(code for text in said if (code := language_of(text, prior)) not in (None, NO_WORDS))
    strange = Counter({code: n for code, n in found.items() if code not in theirs})
    if found.total() < FEWEST_TELLING or strange.total() <= MOST_BAD * found.total():
        return ()
    return (f"answer mostly in {strange.most_common(1)[0][0]}, and the owner writes {', '.join(theirs)}",)


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
