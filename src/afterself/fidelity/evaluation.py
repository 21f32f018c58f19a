"""A self -> its likeness, measured: the road of one evaluation, from the view to the artifact ledger.

Scores held-out replies under the base, the weights, the cheap reader and other selves' weights, lets the
weights write, holds that against the gates, and leaves a page in the self's `reports/`. Nothing that the
weights write raises a figure: likeness is read off real replies, what is written can only fail a gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from afterself import __version__
from afterself.archive.store import Archive
from afterself.errors import ArchiveError, UsageError
from afterself.fidelity.copying import CopyIndex
from afterself.fidelity.gate import enough, judge
from afterself.fidelity.identification import identify
from afterself.fidelity.intervals import Draws, Floats
from afterself.fidelity.likeness import Ground, Likeness, Pair, Reading
from afterself.fidelity.material import MOST_REPLIES, Material, gather, reply_text
from afterself.fidelity.page import page
from afterself.fidelity.typicality import typicality
from afterself.fidelity.written import Written, write_replies
from afterself.home.atomic import make_folder, sync_folder
from afterself.home.counting import counted
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.home.moments import utc_text
from afterself.models.bases import Base, load_torch, resolve_base
from afterself.models.ngram import WittenBell, bits
from afterself.models.tokens import HFTurnTokenizer
from afterself.models.turns import messages_of, turn_text
from afterself.policy import require_consent
from afterself.training import Weights, load_weights, require_weights
from afterself.training.score import bits_under, encode
from afterself.training.withdrawal import withdrawn

PAGE = "likeness.html"
KIND = "report"
PAIRS = 12


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured, and the page that shows it."""

    likeness: Likeness
    page: Path


def evaluate(
    self_: Self,
    against: Mapping[str, Self] | None = None,
    progress: Progress | None = None,
    *,
    most: int = MOST_REPLIES,
    samples: bool = False,
) -> Evaluation:
    """Measure the newest weights of a self on at most `most` held-out replies, and write its page.

    `against` are other selves on the same base, by the name that the page shows. With `samples` the page
    also shows private text. ModelError if a self has no weights, UsageError if bases differ.
    """
    progress = progress or Progress()
    weights = require_weights(self_)
    base = resolve_base(weights.base, sha256=weights.base_sha256)
    others = _others(weights, against or {})
    progress.start("reading", unit="messages")
    material = gather(self_, weights, most)
    progress.finish(counted(len(material.replies), "held-out reply", "held-out replies"))
    likeness = _measure(self_, weights, base, others, material, progress, samples=samples)
    return Evaluation(likeness, keep(self_, likeness, material))


def _others(weights: Weights, against: Mapping[str, Self]) -> dict[str, Weights]:
    for self_ in against.values():
        require_consent(self_, "train")
    others = {name: require_weights(self_) for name, self_ in against.items()}
    for name, other in others.items():
        if other.base_sha256 != weights.base_sha256:
            raise UsageError(
                f"The self {name} stands on another base, whose bits do not compare.",
                remedy="Train it on the same base, or leave it out of --against.",
            )
    return others


def _measure(
    self_: Self,
    weights: Weights,
    base: Base,
    others: Mapping[str, Weights],
    material: Material,
    progress: Progress,
    *,
    samples: bool,
) -> Likeness:
    texts, draws = material.texts, Draws(material.conversations)
    sizes = np.array([len(text.encode("utf-8", "replace")) + 1 for text in texts], dtype=float)
    background = WittenBell(material.others)
    if draws.enough:
        paid = _paid(weights, base, others, material, progress)
        paid["witten_bell"] = bits(_readers(WittenBell(material.own), background), texts)
    else:  # no figure would come of it
        paid = dict.fromkeys(_readers_of(others), np.zeros(len(texts)))
    index = CopyIndex([*material.own, *material.others])
    real = index.look_up(material.messages)
    written = _written(self_, material, progress, gated=draws.enough or enough(real), samples=samples)
    messages = [m for replies in written.replies for reply in replies for m in messages_of(reply)]
    swapped = {name: paid[f"of {name}"] for name in others}
    return Likeness(
        name=self_.declaration.name,
        right=self_.declaration.right,
        weights=weights.id,
        base=base.id,
        base_sha256=base.sha256,
        method=weights.method,
        measured_at=utc_text(datetime.now(UTC).replace(microsecond=0)),
        version=__version__,
        ground=_ground(material, draws, sizes),
        reading=_reading(paid, sizes, draws),
        identification=identify(paid["weights"], swapped, sizes, draws) if others else None,
        copying=judge(index.look_up(messages), real),
        typicality=typicality(texts, written.replies, material.conversations, background),
        pairs=_pairs(material, written) if samples else (),
    )


def _written(self_: Self, material: Material, progress: Progress, *, gated: bool, samples: bool) -> Written:
    """What the weights write for the gates; without enough real replies for one, only what is to be shown."""
    if gated:
        return write_replies(self_, material.replies, progress)
    if samples:
        return write_replies(self_, material.replies, progress, count=PAIRS)
    return Written.nothing(len(material.replies))


def _reading(paid: Mapping[str, Floats], sizes: Floats, draws: Draws) -> Reading:
    base, weights, cheap = paid["base"], paid["weights"], paid["witten_bell"]
    return Reading(
        base=draws.ratio(base, sizes),
        weights=draws.ratio(weights, sizes),
        witten_bell=draws.ratio(cheap, sizes),
        saved_over_base=draws.ratio(base - weights, sizes),
        saved_over_witten_bell=draws.ratio(cheap - weights, sizes),
    )


def _readers_of(others: Mapping[str, Weights]) -> list[str]:
    """The names that `_measure` has of all readers."""
    return ["base", "weights", "witten_bell", *(f"of {name}" for name in others)]


def _paid(
    weights: Weights, base: Base, others: Mapping[str, Weights], material: Material, progress: Progress
) -> dict[str, Floats]:
    """Bits for each reply under the base, the weights, and the weights `of` each other self."""
    tokenizer = HFTurnTokenizer(base.path)
    context = min(w.context for w in (weights, *others.values()))
    examples = [encode(reply.reply, tokenizer, context) for reply in material.replies]
    found = {"base": bits_under(load_torch(base), examples, progress, "the base")}
    found["weights"] = bits_under(load_weights(weights, base), examples, progress, "the weights")
    for name, other in others.items():
        found[f"of {name}"] = bits_under(
            load_weights(other, base), examples, progress, f"the weights of {name}"
        )
    return {name: np.array(values, dtype=float) for name, values in found.items()}


def _readers(own: WittenBell, background: WittenBell) -> list[WittenBell]:
    """Those of the mixture that have read something."""
    return [model for model in (own, background) if model.bytes] or [own]


def _ground(material: Material, draws: Draws, sizes: Floats) -> Ground:
    since = min((reply.at for reply in material.replies if reply.at), default=None)
    return Ground(
        replies=draws.replies,
        available=material.available,
        conversations=draws.conversations,
        bytes=int(sizes.sum()),
        since=utc_text(since) if since else None,
        own_messages=len(material.own),
        background_messages=len(material.others),
    )


def _pairs(material: Material, written: Written) -> tuple[Pair, ...]:
    """Some replies with the turn before them: private text, for a person who asked to see it."""
    found: list[Pair] = []
    for reply, replies in zip(material.replies, written.replies, strict=True):
        if not replies or len(found) == PAIRS:
            continue
        talk = reply.reply.conversation
        before = turn_text(talk.bursts[-2].turn, group=talk.group) if len(talk.bursts) > 1 else ""
        found.append(Pair(before, reply_text(reply), replies[0]))
    return tuple(found)


def keep(self_: Self, likeness: Likeness, material: Material) -> Path:
    """Write the page, entered in the ledger first: whoever forgets a record of it reaches the page too.

    The page that was there goes before: the ledger does not know any more what that one was made from.
    ArchiveError if one of the records left the archive or was withdrawn meanwhile: then there is no page.
    """
    path = self_.reports_dir / PAGE
    settings = {"weights": likeness.weights, "samples": bool(likeness.pairs)}
    with Archive.writing(self_, wait=60) as archive:
        if count := withdrawn(self_, material.revisions, material.owners):
            raise ArchiveError(
                f"What was measured on was withdrawn meanwhile ({counted(count, 'message')}: deleted, a "
                "contact excluded, or not the owner's after all). Nothing of it was kept.",
                remedy="Measure again: afterself evaluate",
            )
        if path.exists():
            path.unlink()
            sync_folder(path.parent)
        archive.register_artifact(KIND, f"reports/{PAGE}", material.revisions.items(), settings)
        make_folder(self_.reports_dir)
        self_.files.write(path, page(likeness))
    self_.audit("likeness measured", weights=likeness.weights, replies=likeness.ground.replies)
    return path
