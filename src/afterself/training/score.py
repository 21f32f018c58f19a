"""Replies that were really given -> what they cost in bits under trained weights and the bare base.

All selves see each reply in the same serialisation, in the same context length, so that differences
are differences of weights. Teacher-forced and in float32 by `models.scoring`; nothing of the archive
is read but the owner's names, nothing is generated and nothing stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from afterself.datasets.replies import Reply, read_replies
from afterself.datasets.windows import Example, windows
from afterself.errors import UsageError
from afterself.home.counting import counted
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.models.bases import Base, load_torch, resolve_base
from afterself.models.scoring import bits_of
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training.weights import Weights, load_weights, require_weights

CHUNK = 64
"""Examples between two reports of progress."""

OFTEN = 0.1
"""Share of the contexts in which the owner of the replies is expected at least."""


@dataclass(frozen=True, slots=True)
class Score:
    """One reply: its size in bytes, end mark included, and its cost in bits."""

    bytes: int
    bits: dict[str, float]
    bits_base: float


def score(
    selves: Mapping[str, Self],
    objects: Sequence[dict[str, Any]],
    where: str = "replies",
    progress: Progress | None = None,
) -> list[Score]:
    """What each reply costs under each self's weights and under their base, in the order given.

    ModelError if a self has no weights, UsageError if the selves stand on different bases or a line
    cannot be understood.
    """
    progress = progress or Progress()
    weights = {name: require_weights(self_) for name, self_ in selves.items()}
    base = _common_base(weights)
    names = {name: _owner_names(self_) for name, self_ in selves.items()}
    owner = whose(objects, names)
    progress.start("reading", unit="replies")
    for self_ in selves.values():
        self_.audit_use("replies scored", replies=len(objects), selves=len(selves))
    replies = read_replies(objects, names[owner], where)
    progress.finish(f"{counted(len(replies), 'reply', 'replies')} of the owner of {owner}")
    tokenizer = HFTurnTokenizer(base.path)
    context = min(w.context for w in weights.values())
    examples = [encode(reply, tokenizer, context) for reply in replies]
    bits_base = bits_under(load_torch(base), examples, progress, "the base")
    bits = {name: bits_under(load_weights(weights[name], base), examples, progress, name) for name in selves}
    return [
        Score(reply.bytes, {name: bits[name][n] for name in selves}, bits_base[n])
        for n, reply in enumerate(replies)
    ]


def encode(reply: Reply, tokenizer: HFTurnTokenizer, context: int) -> list[Example]:
    """The reply as examples (several if it is longer than the context), its context cut from the left."""
    return list(windows(reply.conversation, tokenizer, context, targets=[reply.target]))


def _owner_names(self_: Self) -> tuple[str, ...]:
    with open_view(self_, "train") as view:
        return view.owner_names()


def whose(objects: Sequence[dict[str, Any]], names: Mapping[str, Sequence[str]]) -> str:
    """The self whose owner speaks the replies, guessed where there are several.

    Who gives whole bursts never speaks last in a context, and is in many: of those owners, else of all,
    the one in most contexts. A line's own `author`, or `is_owner` and `role` of its items, decide that
    line whatever this says.
    """
    present: Counter[str] = Counter()
    last: Counter[str] = Counter()
    for value in objects:
        context = value.get("context")
        items = context if isinstance(context, list) else []
        authors = [str(item.get("author")) for item in items if isinstance(item, dict)]
        present.update(name for name, known in names.items() if set(authors) & set(known))
        last.update(name for name, known in names.items() if authors and authors[-1] in known)
    often = [name for name in names if present[name] >= OFTEN * len(objects) and not last[name]]
    return max(often or names, key=lambda name: present[name])


def _common_base(weights: Mapping[str, Weights]) -> Base:
    bases = {w.base_sha256 for w in weights.values()}
    if len(bases) > 1:
        raise UsageError(
            "These selves stand on different bases, whose bits do not compare.",
            remedy="Score them one by one, or train them on the same base.",
        )
    pinned = next(iter(weights.values()))
    return resolve_base(pinned.base, sha256=pinned.base_sha256)


def bits_under(model: Any, replies: Sequence[list[Example]], progress: Progress, name: str) -> list[float]:
    """Bits of each reply; `replies` may be more than one window long."""
    scored = [(example.ids, example.supervised) for examples in replies for example in examples]
    progress.start(f"scoring under {name}", total=len(scored), unit="windows")
    found: list[float] = []
    for start in range(0, len(scored), CHUNK):
        found += bits_of(model, scored[start : start + CHUNK])
        progress.advance(len(scored[start : start + CHUNK]))
    progress.finish()
    single = iter(found)
    return [sum(next(single) for _ in examples) for examples in replies]
