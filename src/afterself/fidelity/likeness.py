"""What was measured of one self's weights, as plain data, and its JSON.

The keys of the JSON are stable: others read them. A figure that could not be measured stands there
with how much there was to measure on, never as a zero. How it is shown to a person is `page.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from afterself.fidelity.gate import Gate
from afterself.fidelity.identification import Identification
from afterself.fidelity.intervals import Estimate, Measured
from afterself.fidelity.typicality import Typicality
from afterself.models.ngram import ORDER

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figures stand on: how many replies, held out since when, and what the cheap reader knows."""

    replies: int
    available: int
    conversations: int
    bytes: int
    since: str | None
    own_messages: int
    background_messages: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Bits per byte of the held-out replies under each reader, and by how much the weights read better."""

    base: Measured
    weights: Measured
    witten_bell: Measured
    saved_over_base: Measured
    saved_over_witten_bell: Measured


@dataclass(frozen=True, slots=True)
class Pair:
    """One held-out reply beside what the weights wrote there: private, only on the page when asked for."""

    before: str
    real: str
    written: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Everything that `afterself evaluate` measures of one self."""

    name: str
    right: str
    weights: str
    base: str
    base_sha256: str
    method: str
    measured_at: str
    version: str
    ground: Ground
    reading: Reading
    identification: Identification | None
    copying: Gate
    typicality: Typicality
    pairs: tuple[Pair, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON; without the pairs."""
        reading, ground = self.reading, self.ground
        return {
            "format": FORMAT,
            "self": self.name,
            "right": self.right,
            "weights": self.weights,
            "base": self.base,
            "base_sha256": self.base_sha256,
            "method": self.method,
            "measured_at": self.measured_at,
            "version": self.version,
            "held_out": {
                "replies": ground.replies,
                "available": ground.available,
                "conversations": ground.conversations,
                "bytes": ground.bytes,
                "since": ground.since,
            },
            "bits_per_byte": {
                "base": measured_json(reading.base),
                "weights": measured_json(reading.weights),
                "witten_bell": measured_json(reading.witten_bell),
            },
            "saved_bits_per_byte": {
                "over_base": measured_json(reading.saved_over_base),
                "over_witten_bell": measured_json(reading.saved_over_witten_bell),
            },
            "witten_bell": {
                "order": ORDER,
                "own_messages": ground.own_messages,
                "background_messages": ground.background_messages,
                "background": "contacts' messages of the training period",
            },
            "identification": self.identification and _identification(self.identification),
            "copying": self.copying.as_dict(),
            "typicality": self.typicality.as_dict() | {"gap": measured_json(self.typicality.gap)},
        }


def measured_json(measured: Measured) -> dict[str, Any]:
    """`value`, `low` and `high`, or `not_measurable` with the numbers that were too small."""
    if isinstance(measured, Estimate):
        return dict(measured.as_dict())
    return {
        "not_measurable": True,
        "replies": measured.replies,
        "conversations": measured.conversations,
    }


def _identification(found: Identification) -> dict[str, Any]:
    accuracy: Mapping[int, Measured] = found.accuracy
    return {
        "selves": len(found.swap) + 1,
        "chance": round(found.chance, 5),
        "accuracy": {str(size): measured_json(value) for size, value in accuracy.items()},
        "swap_bits_per_byte": {name: measured_json(value) for name, value in found.swap.items()},
    }
