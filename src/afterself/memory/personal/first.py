"""Ranked records and how well each answers by its shape -> those that do first, and how sure an answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from afterself.memory.abstention import Grounds
from afterself.memory.personal.asking import Personal

if TYPE_CHECKING:
    from afterself.memory.ranking import Entry, Ranked

LEADS = 3.0  # in ranker scores: before what only shares words
WEIGHS = 8.0  # what the best shape has over none, in ranker scores
AS_GOOD = 0.85  # from here on the latest of several is told first: one is 85 after one was 84
SHAPELESS = 0.3  # the ground that is left where nothing has the shape of an answer


def answering_first(
    asked: Personal, order: Sequence[Ranked], fits: Mapping[str, float], entries: Mapping[str, Entry]
) -> list[Ranked]:
    """The same records, those that answer by their shape first.

    Of what changes in a life (age, home) the latest of the good ones comes first, else what fits best.
    """
    changes = asked.kind in ("age", "home") and not asked.past
    top = max((hit.score for hit in order), default=0.0) + LEADS

    def key(hit: Ranked) -> tuple[float, str, float]:
        worth = fits[hit.id]
        said = entries[hit.id].said_at
        if not changes:
            return worth, "", hit.score
        return (1.0 if worth >= AS_GOOD else worth), said.isoformat() if said else "", hit.score

    fitting = sorted((hit for hit in order if hit.id in fits), key=key, reverse=True)
    placed, score = [], float("inf")
    for hit in fitting:
        worth = max(fits[hit.id], AS_GOOD) if fits[hit.id] >= AS_GOOD else fits[hit.id]
        score = min(score, top + WEIGHS * worth)
        placed.append(hit._replace(score=score))
    return [*placed, *(hit for hit in order if hit.id not in fits)]


def with_shape(asked: Personal, fits: Mapping[str, float], found: Grounds) -> Grounds:
    """The grounds for an answer where one of a certain shape is asked for."""
    best = max(fits.values(), default=0.0)
    if best:
        return replace(found, covered=max(found.covered, best), attributed=1.0)
    of_somebody = asked.kind != "recipe" and (asked.of_owner or bool(asked.relations))
    return replace(found, covered=found.covered * SHAPELESS) if of_somebody else found
