"""Ranked candidates -> the order of an answer, by the learned weights of their features.

The rules of `ranking` come first: they say what each record holds, who lends to whom and whom it may be
attributed to. Here a linear ranker weighs that together with nearness in meaning and the kind of answer that
is wanted. Its weights were learned by pretraining/ranker.py on questions made by rules from openly licensed
talk.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from afterself.memory.bm25 import Statistics
from afterself.memory.cues import wanted_by
from afterself.memory.embedding import static_embedder
from afterself.memory.features import NAMES, Facts, features, term_weights
from afterself.memory.meaning import FAR, Nearness, nearness
from afterself.memory.question import Question
from afterself.memory.ranking import Entry, Neighbourhood, Ranked, tells_of_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SITTING_BEST = 3  # so many of a sitting's other records speak for it


@lru_cache(maxsize=1)
def learned_weights() -> tuple[float, ...]:
    """The weight of each feature, in the order of `features.NAMES`."""
    text = (resources.files("afterself.memory") / "ranker.json").read_text("utf-8")
    weights = json.loads(text)["weights"]
    return tuple(float(weights[name]) for name in NAMES)


def rerank(
    question: Question,
    ranked: Sequence[Ranked],
    entries: Mapping[str, Entry],
    links: Iterable[tuple[str, str]],
    statistics: Statistics,
    near: Collection[str] = (),
) -> list[Ranked]:
    """The same candidates and those only `near` in meaning, with the ranker's scores, best first."""
    import numpy as np

    everyone = with_near(question, ranked, entries, near)
    if not everyone:
        return []
    scores = feature_matrix(question, everyone, entries, links, statistics) @ np.array(learned_weights())
    order = sorted(
        zip(everyone, scores.tolist(), strict=True),
        key=lambda pair: (-round(pair[1], 9), -pair[0].score, entries[pair[0].id].order, pair[0].id),
    )
    return [replace(hit, score=score) for hit, score in order]


def with_near(
    question: Question, ranked: Sequence[Ranked], entries: Mapping[str, Entry], near: Collection[str]
) -> list[Ranked]:
    """The ranked candidates, and after them those that share no word but are near in meaning."""
    missing = sorted(set(near) - {hit.id for hit in ranked})
    return [*ranked, *(_only_near(question, entries[id]) for id in missing if id in entries)]


def feature_matrix(
    question: Question,
    ranked: Sequence[Ranked],
    entries: Mapping[str, Entry],
    links: Iterable[tuple[str, str]],
    statistics: Statistics,
) -> NDArray[np.float64]:
    """The features of each candidate, float64 [candidates, features]."""
    import numpy as np

    neighbours = Neighbourhood(entries, links)
    terms = question.content
    close = nearness(static_embedder(), terms, {id: entry.content for id, entry in entries.items()})
    best = max((hit.score for hit in ranked), default=0.0) or 1.0
    sittings = _sittings(neighbours, entries)
    evidence = {
        hit.id: hit.unattributed / best + 0.5 * max(0.0, close.get(hit.id, FAR).whole) for hit in ranked
    }
    of_sitting: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for id, value in evidence.items():
        of_sitting[sittings[id]].append((value, id))
    wanted, weights = wanted_by(question.text), term_weights(question, statistics)
    named = question.naming.only
    rows = []
    for hit in ranked:
        entry = entries[hit.id]
        others = sorted((v for v, id in of_sitting[sittings[hit.id]] if id != hit.id), reverse=True)
        facts = Facts(
            rule=hit.score / best,
            lexical=hit.lexical,
            nearness=close.get(hit.id, FAR),
            before=_lent(neighbours, hit.id, close),
            after=close.get(neighbours.next.get(hit.id, ""), FAR),
            own=hit.own,
            near=hit.near,
            stems=entry.stems,
            length=entry.length,
            cues=entry.cues,
            asks=entry.asks,
            by_named=hit.by_named or hit.tells_of_named,
            by_other=bool(named) and not (hit.by_named or hit.tells_of_named),
            on_date=hit.on_date,
            sitting=sum(others[:_SITTING_BEST]) / _SITTING_BEST,
        )
        rows.append(features(question, wanted, weights, facts))
    return np.array(rows)


def _lent(neighbours: Neighbourhood, id: str, close: Mapping[str, Nearness]) -> Nearness:
    """The nearness that the records before one lend to it: the most that any of them has, times its share."""
    whole, of_term = 0.0, dict[str, float]()
    for loan in neighbours.lenders(id):
        lender = close.get(loan.lender, FAR)
        whole = max(whole, loan.share * lender.whole)
        for term, cosine in lender.of_term.items():
            of_term[term] = max(of_term.get(term, 0.0), loan.share * cosine)
    return Nearness(whole, of_term)


def _sittings(neighbours: Neighbourhood, entries: Iterable[str]) -> dict[str, str]:
    """The sitting of each candidate, named by the first of it that is a candidate."""
    first: dict[str, str] = {}
    for id in entries:
        path = [id]
        while (earlier := neighbours.previous.get(path[-1])) is not None and earlier not in first:
            path.append(earlier)
        start = path[-1] if earlier is None else first[earlier]
        first.update(dict.fromkeys(path, start))
    return first


def _only_near(question: Question, entry: Entry) -> Ranked:
    """A candidate that shares no word with the question and no neighbour's either."""
    by_named = entry.author is not None and entry.author in question.naming.only
    return Ranked(
        id=entry.id, score=0.0, unattributed=0.0, by_named=by_named, asked_named=False,
        tells_of_named=tells_of_named(question, entry), on_date=False, own=frozenset(), near=frozenset(),
        lexical=0.0,
    )  # fmt: skip
