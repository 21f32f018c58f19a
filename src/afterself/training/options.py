"""What may be chosen about a training run, and what follows from the base when nothing is.

The embedded base is small: all of it is trained. A bigger base gets a LoRA adapter on every linear
layer. Learning rates follow the width of the model, through the points that were measured or are
customary; `docs` and `benchmarks` hold the figures. No model is loaded here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from afterself.archive.audiences import OWNER
from afterself.datasets.examples import DEFAULT_CONTEXT
from afterself.datasets.windows import LEAST_CONTEXT
from afterself.errors import UsageError

Method = Literal["full", "lora"]

FULL_RATE, FULL_WIDTH = 2e-3, 512
LORA_RATE, LORA_WIDTH, HIGHEST_LORA_RATE = 2e-4, 4096, 5e-3


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What a person may choose; None is decided by the base and the amount of data.

    `until` is an exclusive upper bound on when something was said; `exclude_threads` are ids, keys or
    titles; `context` is in tokens; `device` a torch device such as "cpu" or "cuda". `fresh` leaves an
    unfinished run aside and begins anew; `publish_anyway` publishes weights that fail the smoke test.
    `audience`: learn only from what it may see.
    """

    until: datetime | None = None
    exclude_threads: tuple[str, ...] = ()
    method: Method | None = None
    epochs: float | None = None
    rate: float | None = None
    context: int | None = None
    seed: int = 0
    device: str | None = None
    fresh: bool = False
    publish_anyway: bool = False
    audience: str = OWNER

    def __post_init__(self) -> None:
        if self.method not in (None, "full", "lora"):
            raise UsageError(f"“{self.method}” is no method of training; there are full and lora.")
        if self.epochs is not None and not 0 < self.epochs <= 100:
            raise UsageError(f"{self.epochs:g} epochs cannot be trained; choose more than 0 and at most 100.")
        if self.rate is not None and not 0 < self.rate < 1:
            raise UsageError(f"A learning rate of {self.rate:g} cannot work; choose one between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides a run besides base and dataset. Stands in the manifest of the weights.

    In the average of a run, the weights after step n weigh n to the power of `average` - 1; 0: only the last.
    """

    method: Method
    rate: float
    epochs: float
    context: int
    seed: int
    patience: int = 1
    average: float = 2.0
    tokens_per_step: int = 2048
    warm_up: float = 0.06
    clip: float = 1.0
    rank: int = 16
    alpha: int = 32

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def settle(options: TrainOptions, *, embedded: bool, width: int, longest: int, validated: bool) -> Settings:
    """The settings of a run on a base that is `width` wide and reads at most `longest` tokens.

    Without validation examples nothing can stop a run early, so it is two epochs, else up to three.
    """
    method: Method = options.method or ("full" if embedded else "lora")
    return Settings(
        method=method,
        rate=float(options.rate or default_rate(method, width)),
        epochs=float(options.epochs or (3 if validated else 2)),
        context=settled_context(options, longest),
        seed=options.seed,
    )


def settled_context(options: TrainOptions, longest: int) -> int:
    """Tokens of a window: what was chosen or `DEFAULT_CONTEXT`, at most what the base can read."""
    context = options.context or min(DEFAULT_CONTEXT, longest)
    if not LEAST_CONTEXT <= context <= longest:
        raise UsageError(
            f"A context of {context} tokens does not fit this base.",
            remedy=f"Choose between {LEAST_CONTEXT} and {longest}.",
        )
    return context


def default_rate(method: Method, width: int) -> float:
    """The learning rate for a model whose hidden states are `width` wide.

    Full: 2e-3 as measured at 512, falling with the square of the width. LoRA: 2e-4 as customary at
    4096, rising as the width falls, up to 5e-3 as measured for very small models.
    """
    if method == "full":
        return min(FULL_RATE, FULL_RATE * (FULL_WIDTH / width) ** 2)
    return min(HIGHEST_LORA_RATE, LORA_RATE * LORA_WIDTH / width)
