"""Held-out text x weights -> measured likeness, leaks, and a page: how much like the person is it?"""

from __future__ import annotations

from afterself.fidelity.evaluation import Evaluation, evaluate
from afterself.fidelity.intervals import Estimate, Measured, TooFew
from afterself.fidelity.likeness import Likeness

__all__ = ["Estimate", "Evaluation", "Likeness", "Measured", "TooFew", "evaluate"]
