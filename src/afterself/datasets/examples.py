"""A view -> the dataset to train on: examples, those to validate on, what is held out, and their origin.

This is the whole road of the package in one call: conversations, the split by time, windows. The
dataset knows the revision of every record that a run looks at, so that the artifact ledger can tell
later which weights must go when a record is forgotten; of what is held out it knows only how much
and from when on. Nothing here is random: the same view gives the same dataset.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from afterself.datasets.conversations import Conversation, own_words
from afterself.datasets.held_out import HeldOut, held_out_of
from afterself.datasets.split import split
from afterself.datasets.windows import Example, windows
from afterself.models.tokens import TurnTokenizer
from afterself.policy import View

DEFAULT_CONTEXT = 512
"""Tokens of a window for the embedded base."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Examples to train on and to validate on; `revisions` tells which revision of each record is in them.

    `own` are the ids of those records that the owner wrote, `languages` the shares of the languages that they
    write (`und`: not known). `held_out` counts what no run sees; its
    replies come from `held_out_replies`.
    """

    train: list[Example]
    validation: list[Example]
    context: int
    revisions: dict[str, int] = field(default_factory=dict)
    held_out: HeldOut = field(default_factory=HeldOut)
    own: frozenset[str] = frozenset()
    languages: dict[str, float] = field(default_factory=dict)

    @property
    def bursts(self) -> int:
        """Bursts of the owner to train and to validate on."""
        return sum(example.bursts for example in (*self.train, *self.validation))

    @property
    def messages(self) -> int:
        """Messages of the owner to train and to validate on."""
        return sum(example.messages for example in (*self.train, *self.validation))

    @property
    def tokens(self) -> int:
        """Tokens of one epoch."""
        return sum(len(example.ids) for example in self.train)


def build_examples(
    view: View,
    tokenizer: TurnTokenizer,
    *,
    context: int = DEFAULT_CONTEXT,
    until: datetime | None = None,
    exclude_threads: Collection[str] = (),
    gap: timedelta | None = None,
) -> Dataset:
    """Everything the view allows to learn from, as examples of at most `context` tokens.

    `until` is an exclusive upper bound on `said_at`, `exclude_threads` are ids, keys or titles; `gap`
    is the silence that ends a talk, learned for each thread when None.
    """
    sides = split(view, until=until, exclude_threads=exclude_threads, gap=gap)
    train, validation = (_examples(side, tokenizer, context) for side in (sides.train, sides.validation))
    used = {record for example in (*train, *validation) for record in example.records}
    revisions = {
        record: revision
        for talk in sides.learned
        for burst in talk.bursts
        for record, revision in burst.records
        if record in used
    }
    bursts = (burst for talk in sides.learned for burst in talk.bursts if burst.owner)
    own = frozenset(record for burst in bursts for record, _ in burst.records if record in used)
    cut = until is not None or bool(exclude_threads)
    _, languages = own_words(view, until=until, exclude_threads=exclude_threads)
    return Dataset(
        train, validation, context, revisions, held_out_of(sides, until=until, cut=cut), own, languages
    )


def _examples(talks: Iterable[Conversation], tokenizer: TurnTokenizer, context: int) -> list[Example]:
    return [example for talk in talks for example in windows(talk, tokenizer, context)]
