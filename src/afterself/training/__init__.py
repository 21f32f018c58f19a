"""Examples + base -> weights in a self, and what real replies cost under them."""

from __future__ import annotations

from afterself.training.held_out import held_out
from afterself.training.options import Settings, TrainOptions
from afterself.training.preflight import Preflight
from afterself.training.run import Declined, Unpublished, train
from afterself.training.score import Score, score
from afterself.training.weights import Weights, current_weights, load_weights, require_weights

__all__ = [
    "Declined",
    "Preflight",
    "Score",
    "Settings",
    "TrainOptions",
    "Unpublished",
    "Weights",
    "current_weights",
    "held_out",
    "load_weights",
    "require_weights",
    "score",
    "train",
]
