"""Ranked candidates -> the order of an answer, by the learned weights of their features.

The rules of `ranking` come first: they say what each record holds, who lends to whom and whom it may be
attributed to. Here a linear ranker weighs that together with nearness in meaning and the kind of answer that
is wanted. Its weights were learned by pretraining/ranker.py on questions made by rules from openly licensed
talk.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from afterself.memory.bm25 import Statistics
from afterself.memory.cues import wanted_by
from afterself.memory.embedding import static_embedder
from afterself.memory.features import KINDS, NAMES, phrase, soft, term_weights
from afterself.memory.meaning import Nearness, nearness
from afterself.memory.question import Question
from afterself.memory.ranking import REACH, Entry, Neighbourhood, Ranked, tells_of_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterself.memory.embedding import Vectors

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
    neighbours: Neighbourhood,
    statistics: Statistics,
    near: Collection[str] = (),
) -> list[Ranked]:
    """The same candidates and those only `near` in meaning, with the ranker's scores, best first."""
    import numpy as np

    entries = neighbours.entries
    everyone = with_near(question, ranked, entries, near)
    if not everyone:
        return []
    scores = feature_matrix(question, everyone, neighbours, statistics) @ np.array(learned_weights())
    order = sorted(
        zip(everyone, scores.tolist(), strict=True),
        key=lambda pair: (-round(pair[1], 9), -pair[0].score, entries[pair[0].id].order, pair[0].id),
    )
    return [hit._replace(score=score) for hit, score in order]


def with_near(
    question: Question, ranked: Sequence[Ranked], entries: Mapping[str, Entry], near: Collection[str]
) -> list[Ranked]:
    """The ranked candidates, and after them those that share no word but are near in meaning."""
    missing = sorted(set(near) - {hit.id for hit in ranked})
    return [*ranked, *(_only_near(question, entries[id]) for id in missing if id in entries)]


def feature_matrix(
    question: Question, ranked: Sequence[Ranked], neighbours: Neighbourhood, statistics: Statistics
) -> NDArray[np.float64]:
    """The features of each candidate, float64 [candidates, features]."""
    import numpy as np

    entries, terms = neighbours.entries, question.content
    held = [entries[hit.id] for hit in ranked]
    close = nearness(static_embedder(), terms, {id: entry.content for id, entry in entries.items()})
    here = close.rows([hit.id for hit in ranked])
    before_whole, before = _lent(neighbours, ranked, close)
    after = close.rows([neighbours.next.get(hit.id) for hit in ranked])
    weight_of = term_weights(question, statistics)
    rarest = max(weight_of, key=lambda stem: (weight_of[stem], stem), default="")
    weights = np.array([weight_of[stem] for stem in terms])
    weights /= weights.sum() or 1.0
    own = _holding([hit.own for hit in ranked], terms)
    near = _holding([hit.near for hit in ranked], terms)
    softly = np.where(own, 1.0, soft(close.of_term[here]))
    beside = np.where(near, 1.0, soft(np.maximum(before, close.of_term[after])))
    best = max((hit.score for hit in ranked), default=0.0) or 1.0
    wanted, named = wanted_by(question.text), bool(question.naming.only)
    columns: dict[str, Sequence[float] | NDArray[Any]] = {
        "rule": [hit.score / best for hit in ranked],
        "lexical": [hit.lexical for hit in ranked],
        "meaning": np.maximum(0.0, close.whole[here]),
        "meaning_before": before_whole,
        "meaning_after": np.maximum(0.0, close.whole[after]),
        "coverage": own @ weights,
        "coverage_near": (own | near) @ weights,
        "soft_coverage": softly @ weights,
        "soft_near": np.maximum(softly, beside) @ weights,
        "phrase": [phrase(terms, entry.stems) for entry in held],
        "rarest": [rarest in hit.own for hit in ranked],
        "asks": [entry.asks for entry in held],
        "length": [min(1.0, math.log1p(entry.length) / 4) for entry in held],
        "short": [entry.length < 4 for entry in held],
        "by_named": [hit.by_named or hit.tells_of_named for hit in ranked],
        "by_other": [named and not (hit.by_named or hit.tells_of_named) for hit in ranked],
        "on_date": [hit.on_date for hit in ranked],
        "sitting": _of_sitting(ranked, _sittings(neighbours, entries), best, close.whole[here].tolist()),
        "speaks_of_me": [entry.cues.me for entry in held],
    }
    for kind in KINDS:
        gives = np.array([kind in wanted and getattr(entry.cues, kind) for entry in held], dtype=bool)
        columns[f"gives_{kind}"] = gives
        columns[f"lacks_{kind}"] = ~gives & (kind in wanted)
    return np.column_stack([np.asarray(columns[name], dtype=np.float64) for name in NAMES])


def _holding(stems: Sequence[frozenset[str]], terms: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the terms each set of stems holds, [sets, terms]; most sets are alike."""
    import numpy as np

    rows = {held: [term in held for term in terms] for held in set(stems)}
    return np.array([rows[held] for held in stems], dtype=bool)


def _lent(neighbours: Neighbourhood, ranked: Sequence[Ranked], close: Nearness) -> tuple[Vectors, Vectors]:
    """What the records before each one lend to it: the most nearness that any of them has, times its share.

    As a whole, float32 [candidates], and by term, float32 [candidates, terms]; never below 0.
    """
    import numpy as np

    loans = [neighbours.loans.get(hit.id, ()) for hit in ranked]
    whole = np.zeros(len(ranked), dtype=np.float32)
    of_term = np.zeros((len(ranked), close.of_term.shape[1]), dtype=np.float32)
    for step in range(REACH):
        lends = [lent[step] if step < len(lent) else None for lent in loans]
        rows = close.rows([None if loan is None else loan.lender for loan in lends])
        shares = np.array([0.0 if loan is None else loan.share for loan in lends], dtype=np.float32)
        whole = np.maximum(whole, shares * close.whole[rows])
        of_term = np.maximum(of_term, shares[:, None] * close.of_term[rows])
    return whole, of_term


def _of_sitting(
    ranked: Sequence[Ranked], sittings: Mapping[str, str], best: float, whole: Sequence[float]
) -> list[float]:
    """What the best of a sitting's other candidates say for each one, by words and by meaning."""
    evidence: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for hit, cosine in zip(ranked, whole, strict=True):
        evidence[sittings[hit.id]].append((hit.unattributed / best + 0.5 * max(0.0, cosine), hit.id))
    first = {
        sitting: sorted(values, reverse=True)[: _SITTING_BEST + 1] for sitting, values in evidence.items()
    }
    found = []
    for hit in ranked:
        others = [value for value, id in first[sittings[hit.id]] if id != hit.id]
        found.append(sum(others[:_SITTING_BEST]) / _SITTING_BEST)
    return found


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
