"""Learns what each feature of memory's ranker is worth, from questions made by rules (`questions.py`).

Every chat is a haystack. The product's own rules rank it and its own code makes the features; what is
learned is one weight a feature, by the softmax of the answers among all candidates (ListNet's loss, Cao et
al., 2007) and a small penalty on weights. Nothing here reads LoCoMo. The seed fixes everything.

    python pretraining/ranker.py --corpus ../shared/corpus
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from questions import Chat, Turn, chats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from afterself.memory.bm25 import Statistics
from afterself.memory.cues import Cues
from afterself.memory.embedding import static_embedder
from afterself.memory.features import NAMES
from afterself.memory.meaning import nearness
from afterself.memory.names import NameBook, Person
from afterself.memory.question import read_question
from afterself.memory.ranking import Entry, Neighbourhood, rank
from afterself.memory.reranking import feature_matrix, with_near
from afterself.memory.words import document_stems, ends_in_a_question

SEED = 11
CANDIDATES = 150  # of the rules' order
NEAR = 50  # the nearest in meaning besides
Example = tuple[np.ndarray, np.ndarray]


def examples(chat: Chat) -> Iterator[Example]:
    """For each question, the features of its candidates and which of them answer."""
    entries: dict[str, Entry] = {}
    frequency: Counter[str] = Counter()
    for number, turn in enumerate(chat.turns):
        stems, content = document_stems(turn.text)
        frequency.update(set(stems))
        id = f"{number:05d}"
        entries[id] = Entry(
            id=id, stems=stems, length=len(content), author=turn.speaker + 1,
            said_at=turn.at.replace(tzinfo=UTC), precision="second", asks=ends_in_a_question(turn.text),
            order=(id,), content=content, cues=Cues(turn.text),
        )  # fmt: skip
    links = [
        (f"{n:05d}", f"{n + 1:05d}")
        for n, (before, after) in enumerate(pairwise(chat.turns))
        if before.sitting == after.sitting
    ]
    people = [Person(n + 1, name, n == chat.owner) for n, name in enumerate(chat.names)]
    names = NameBook(people, "" if chat.owner is None else chat.names[chat.owner])
    mean = sum(entry.length for entry in entries.values()) / len(entries)
    statistics = Statistics(len(entries), mean, frequency)
    neighbours = Neighbourhood(entries, links)
    for text, answers in chat.questions:
        question = read_question(text, names)
        ranked = rank(question, neighbours, statistics)[:CANDIDATES]
        close = nearness(static_embedder(), question.content, {i: e.content for i, e in entries.items()})
        nearest = sorted(entries, key=lambda id: (-close.whole[close.row[id]], id))[:NEAR]
        everyone = with_near(question, ranked, entries, nearest)
        right = np.array([int(hit.id) in answers for hit in everyone])
        if right.any() and not right.all():
            yield feature_matrix(question, everyone, neighbours, statistics), right


def written() -> dict[str, Chat]:
    """The archives and questions that people wrote for this project: only measured, never learned from."""
    from written_questions import haystacks

    found = {}
    for name, lines, questions in haystacks():
        names = tuple(dict.fromkeys(line["speaker"] for line in lines))
        place = {line["id"]: n for n, line in enumerate(lines)}
        turns = [
            Turn(names.index(t["speaker"]), t["text"], t["session"], datetime.fromisoformat(t["timestamp"]))
            for t in lines
        ]
        asked = [(q["question"], frozenset(place[id] for id in q["evidence"])) for q in questions]
        owner = lines[0]["owner"]
        found[name] = Chat(
            names, turns, [one for one in asked if one[1]], names.index(owner) if owner else None
        )
    return found


def learn(data: list[Example], penalty: float) -> np.ndarray:
    """The weights that make the answers likely."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = penalty * float(weights @ weights), 2 * penalty * weights
        for matrix, right in data:
            scores = matrix @ weights
            chance = np.exp(scores - scores.max())
            chance /= chance.sum()
            held = chance[right].sum() + 1e-12
            total -= float(np.log(held)) / len(data)
            slope = slope + (chance @ matrix - (chance * right) @ matrix / held) / len(data)
        return total, slope

    start = np.zeros(len(NAMES))
    start[0] = 5.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x)


def measured(data: list[Example], weights: np.ndarray) -> dict[str, float]:
    """Recall at 1, 5 and 10 and the mean reciprocal rank."""
    rows = []
    for matrix, right in data:
        order = right[np.argsort(-(matrix @ weights), kind="stable")]
        held = [order[:k].sum() / right.sum() for k in (1, 5, 10)]
        rows.append([*held, 1 / (int(np.argmax(order)) + 1)])
    return dict(zip(("R@1", "R@5", "R@10", "MRR"), np.mean(rows, axis=0).round(4).tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--out", type=Path, default=Path("src/afterself/memory/ranker.json"))
    parser.add_argument("--chats", type=int, default=60)
    parser.add_argument("--penalty", type=float, default=2e-3)
    parser.add_argument("--show", type=int, default=0, help="print so many questions and stop")
    arguments = parser.parse_args()
    rng = random.Random(SEED)
    made = list(chats(arguments.corpus, arguments.chats, rng))
    if arguments.show:
        for chat in made:
            for text, answers in rng.sample(chat.questions, min(arguments.show, len(chat.questions))):
                print(text, "|", " / ".join(chat.turns[n].text[:90] for n in sorted(answers)[:2]))
        return
    split = len(made) * 4 // 5
    parts = [[one for chat in part for one in examples(chat)] for part in (made[:split], made[split:])]
    weights = learn(parts[0], arguments.penalty)
    rule = np.eye(len(NAMES))[0]
    report = {
        "questions": [len(part) for part in parts],
        "held_out": measured(parts[1], weights),
        "held_out_rule_alone": measured(parts[1], rule),
    }
    for name, chat in written().items():
        data = list(examples(chat))
        report[f"written_{name}"] = {"n": len(data), **measured(data, weights)}
        report[f"written_{name}_rule_alone"] = {"n": len(data), **measured(data, rule)}
    kept = {"weights": {name: round(float(w), 4) for name, w in zip(NAMES, weights, strict=True)},
            "made_by": "pretraining/ranker.py", "seed": SEED, "chats": arguments.chats, **report}  # fmt: skip
    arguments.out.write_text(json.dumps(kept, indent=1) + "\n")
    print(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
