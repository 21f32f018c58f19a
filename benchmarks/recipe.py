"""The recipe of an earlier comparison, word for word: the baseline that our memory has to beat.

BM25 (k1 .6, b .3) over Snowball stems without stop words and without the participants' names in the query;
each turn lends .3 of its score to the next and .1 to the one before, within a session; .1 when the one
person who is named said it, .2 when its date is the question's. `HYBRID` takes half of the score from the
cosine of static word vectors over “speaker: text”. Scores are spread to 0..1 per question before they are
added. Nothing here is ours to improve: it is kept as it was measured.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import numpy as np

HYBRID = False
"""Set by who imports this: with the static vectors, or lexical alone."""

K1, B = 0.6, 0.3
STOP = frozenset(
    "a an the i me my mine myself you your yours yourself he him his himself she her hers herself it "
    "its itself we us our ours they them their theirs this that these those am is are was were be "
    "been being do does did doing have has had having can could will would shall should may might "
    "must of in on at by for with without from to into onto about between during before after over "
    "under out up off as than and or but if because while so then there here what which who whom "
    "whose when where why how many much not no nor only just also too very s t d m ll re ve don some "
    "any all both each such other again ever".split()
)
MONTHS = "january february march april may june july august september october november december".split()
_WORD = re.compile(r"[a-z0-9]+")
_haystack: dict[str, Any] = {}


def stems(text: str) -> list[str]:
    """Snowball's English stems of the words that are no stop words."""
    import Stemmer

    stemmer = _haystack.setdefault("stemmer", Stemmer.Stemmer("english"))
    found: list[str] = stemmer.stemWords([w for w in _WORD.findall(text.lower()) if w not in STOP])
    return found


def ingest(turns: list[dict[str, Any]]) -> None:
    """Count what BM25 needs, once for each haystack."""
    texts = [f"{t['text']} [{t['caption']}]" if t["caption"] else t["text"] for t in turns]
    documents = [Counter(stems(text)) for text in texts]
    held = Counter(stem for document in documents for stem in document)
    _haystack.update(
        turns=turns,
        documents=documents,
        lengths=[sum(document.values()) for document in documents],
        idf={stem: math.log(1 + (len(turns) - n + 0.5) / (n + 0.5)) for stem, n in held.items()},
    )
    _haystack["mean"] = sum(_haystack["lengths"]) / len(turns)
    if HYBRID:
        from afterself.memory.embedding import static_embedder

        embedder = static_embedder()
        spoken = [f"{t['speaker']}: {text}" for t, text in zip(turns, texts, strict=True)]
        _haystack.update(embedder=embedder, vectors=embedder.embed(spoken))


def _bm25(query: list[str]) -> np.ndarray:
    scores = np.zeros(len(_haystack["turns"]))
    for n, (document, length) in enumerate(zip(_haystack["documents"], _haystack["lengths"], strict=True)):
        norm = K1 * (1 - B + B * length / _haystack["mean"])
        scores[n] = sum(
            _haystack["idf"][stem] * document[stem] * (K1 + 1) / (document[stem] + norm)
            for stem in query
            if stem in document
        )
    return scores


def _spread(scores: np.ndarray) -> np.ndarray:
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros(len(scores))


def _on_date(turn: dict[str, Any], question: str) -> bool:
    said = datetime.fromisoformat(turn["timestamp"])
    lower = question.lower()
    for number, month in enumerate(MONTHS, start=1):
        if not re.search(rf"\b{month}\b", lower):
            continue
        day = re.search(
            rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{month}\b|\b{month}\s+(\d{{1,2}})\b", lower
        )
        if day is None:
            return said.month == number
        try:
            named = datetime(said.year, number, int(day.group(1) or day.group(2)))
        except ValueError:
            return said.month == number
        return abs(said.date() - named.date()) <= timedelta(days=3)
    return False


def scores(question: str) -> tuple[np.ndarray, np.ndarray]:
    """A score for each turn without regard to who said it, and whether the one named person did."""
    turns = _haystack["turns"]
    people = {part.lower(): turn["speaker"] for turn in turns for part in turn["speaker"].split()}
    words = _WORD.findall(question.lower())
    named = {people[word] for word in words if word in people}
    query = list(dict.fromkeys(stems(" ".join(word for word in words if word not in people))))
    own = _spread(_bm25(query))
    if HYBRID:
        asked = _haystack["embedder"].embed([question])[0]
        own = 0.5 * own + 0.5 * _spread(_haystack["vectors"] @ asked)
    lent = own.copy()
    for n in range(1, len(turns)):
        if all(turns[n][key] == turns[n - 1][key] for key in ("conversation", "session")):
            lent[n] += 0.3 * own[n - 1]
            lent[n - 1] += 0.1 * own[n]
    lent += 0.2 * np.array([_on_date(turn, question) for turn in turns])
    return lent, np.array([len(named) == 1 and turn["speaker"] in named for turn in turns])


def search(question: str, k: int) -> list[str]:
    """Turn ids, best first."""
    found, said = scores(question)
    return [_haystack["turns"][n]["id"] for n in np.argsort(-(found + 0.1 * said), kind="stable")[:k]]


def confidence(question: str) -> float:
    """The speaker margin: the named person's best score less everybody else's; the best score if nobody is
    named.
    """
    found, said = scores(question)
    if not said.any():
        return float(found.max())
    return float(found[said].max() - found[~said].max()) if (~said).any() else 1.0
