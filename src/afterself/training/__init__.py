"""Examples + base -> weights in a self, and what real replies cost under them.

Names are imported when they are first asked for: a talk begins without what training needs.
`score` is in `training.score`, `held_out` in `training.held_out`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.training.options import Settings, TrainOptions
    from afterself.training.preflight import Preflight
    from afterself.training.run import Declined, Unpublished, train
    from afterself.training.weights import Weights, current_weights, load_weights, require_weights
else:
    from afterself.home.lazily import lazily

    __getattr__ = lazily(
        __name__,
        {
            "options": ("Settings", "TrainOptions"),
            "preflight": ("Preflight",),
            "run": ("Declined", "Unpublished", "train"),
            "weights": ("Weights", "current_weights", "load_weights", "require_weights"),
        },
    )

__all__ = [
    "Declined",
    "Preflight",
    "Settings",
    "TrainOptions",
    "Unpublished",
    "Weights",
    "current_weights",
    "load_weights",
    "require_weights",
    "train",
]
