"""Do copying and low temperature raise anything that `evaluate` reports? Tried on one self with weights.

Replies for the held-out contexts come from the weights at temperature 1, .6 and .3, from a copier of
random training messages, and from one that copies their first 40 characters: each goes through the copy gate
and the naturalness gate. Bits per byte and telling apart see none of them, as tests/fidelity/test_evaluate.py
holds.

    python benchmarks/likeness_gates.py DIR > benchmarks/results/likeness_gates.txt
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from afterself.fidelity.copying import CopyIndex
from afterself.fidelity.gate import judge
from afterself.fidelity.intervals import Estimate
from afterself.fidelity.material import Material, gather
from afterself.fidelity.typicality import typicality
from afterself.fidelity.written import REPLIES, places, write_replies
from afterself.home.folder import Self
from afterself.models.ngram import WittenBell
from afterself.models.turns import messages_of
from afterself.training import require_weights

Written = list[tuple[str, ...]]


def copier(material: Material, length: int | None = None) -> Written:
    """As many replies as the weights write, each a training message, or its beginning and new words."""
    draw = random.Random(1)
    made: list[list[str]] = [[] for _ in material.replies]
    for place in places(len(made), REPLIES):
        text = draw.choice(material.own)
        made[place].append(text if length is None else text[:length] + " and so on and so forth")
    return list(map(tuple, made))


def main() -> None:
    self_ = Self.open(Path(sys.argv[1]))
    weights = require_weights(self_)
    material = gather(self_, weights)
    index, background = CopyIndex([*material.own, *material.others]), WittenBell(material.others)
    real = index.look_up(material.messages)
    writers: dict[str, Written] = {
        f"weights, temperature {t:g}": list(
            write_replies(self_, material.replies, temperature=t, seconds=1e9).replies
        )
        for t in (1.0, 0.6, 0.3)
    }
    writers["copier"] = copier(material)
    writers["copier of beginnings"] = copier(material, 40)
    print(f"# {self_.declaration.name}, {len(material.replies)} held-out replies, weights {weights.id}")
    print(f"# {datetime.now(UTC):%Y-%m-%d}, base {weights.base} {weights.base_sha256[:8]}")
    print(f"# real later messages: exact {real.exact:.3f}, cov30 {real.cov30:.3f}, p95 {real.p95}")
    print(f"{'written by':24} {'copying':8} exact cov30  p95  {'naturalness':12} gap in bits per byte")
    for name, written in writers.items():
        messages = [m for replies in written for reply in replies for m in messages_of(reply)]
        gate = judge(index.look_up(messages), real)
        natural = typicality(material.texts, written, material.conversations, background)
        gap = natural.gap
        shown = (
            f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]" if isinstance(gap, Estimate) else str(gap)
        )
        found = gate.written
        print(
            f"{name:24} {gate.verdict:8} {found.exact:.3f} {found.cov30:.3f} {found.p95:4}  "
            f"{natural.verdict:12} {shown}",
            flush=True,
        )


if __name__ == "__main__":
    main()
