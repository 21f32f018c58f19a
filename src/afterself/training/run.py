"""A self -> weights in it: the road of one training run, from the view to the artifact ledger.

Reads through a view for training, tells what will happen, asks, trains, measures and publishes. The
self is written to at the very end only: a run that is stopped or killed leaves it as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from afterself.datasets import Dataset, build_examples
from afterself.errors import MissingExtra, TrainingError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.models.bases import Base, load_torch, resolve_base
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training.device import machine
from afterself.training.loop import Loop, bits_per_byte
from afterself.training.options import Settings, TrainOptions, settle, settled_context
from afterself.training.preflight import Preflight, preflight
from afterself.training.weights import Weights, publish

FEWEST_TURNS = 20


class Declined(TrainingError):
    """The person saw what training would take and said no."""


def train(
    self_: Self,
    base: str | None = None,
    options: TrainOptions | None = None,
    progress: Progress | None = None,
    *,
    confirm: Callable[[Preflight], bool] | None = None,
    allow_network: bool = False,
) -> Weights:
    """Train weights for a self and publish them in it.

    `base` is "embedded", a folder or a hub id, by default what the self was made with. `confirm` sees
    the preflight and decides. NotAllowed if the self may not be trained, TrainingError if there is too
    little to learn from, the memory does not suffice or `confirm` says no.
    """
    options, progress = options or TrainOptions(), progress or Progress()
    _need_torch()
    resolved = resolve_base(base or self_.declaration.base, allow_network=allow_network)
    progress.start("reading", unit="messages")
    dataset = _dataset(self_, resolved, options)
    progress.finish(f"{dataset.messages} messages")
    loop = _loop(resolved, dataset, options, progress)
    told = preflight(loop, resolved, dataset, loop.on)
    if confirm is not None and not confirm(told):
        raise Declined("Nothing was trained.")
    started = time.monotonic()
    before = None
    if dataset.validation:
        before = bits_per_byte(loop.model, dataset.validation, dataset.context, loop.on)
    state = loop.run()
    after = state.best.bits if state.best else None
    progress.start("saving", unit="files")
    facts = {
        "method": loop.settings.method,
        "context": dataset.context,
        "seed": loop.settings.seed,
        "settings": _settings(loop, options),
        "examples": len(dataset.train),
        "owner_messages": dataset.messages,
        "tokens": state.tokens,
        "seconds": round(time.monotonic() - started, 1),
        "bits_base": before,
        "bits_weights": after,
        "notes": _notes(before, after),
    }
    weights = publish(self_, loop.model.to("cpu"), resolved, dataset.revisions, facts)
    self_.audit(
        "weights trained", weights=weights.id, base=weights.base_sha256, records=len(dataset.revisions)
    )
    progress.finish(weights.id)
    return weights


def _loop(base: Base, dataset: Dataset, options: TrainOptions, progress: Progress) -> Loop:
    """The base loaded onto the device, with what is to be trained, and the run over it."""
    on = machine(options.device)
    model = load_torch(base)
    _check_head(model, base)
    settings = settle(
        options,
        embedded=base.kind == "embedded",
        width=int(model.config.hidden_size),
        longest=base.context,
        validated=bool(dataset.validation),
    )
    return Loop(prepare(model, settings).to(on.device), dataset, settings, on, progress)


def prepare(model: Any, settings: Settings) -> Any:
    """The model with everything frozen that is not to be trained: nothing, or all but a new adapter."""
    import torch

    if settings.method == "full":
        return model.requires_grad_(True)
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    config = LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(model, config)


def _dataset(self_: Self, base: Base, options: TrainOptions) -> Dataset:
    with open_view(self_, "train") as view:
        dataset = build_examples(
            view,
            HFTurnTokenizer(base.path),
            context=settled_context(options, base.context),
            until=options.until,
            exclude_threads=options.exclude_threads,
        )
    if dataset.bursts < FEWEST_TURNS:
        found = "nothing" if not dataset.bursts else f"only {dataset.bursts} turns"
        raise TrainingError(
            f"There is {found} of {self_.declaration.name} to learn from; "
            f"at least {FEWEST_TURNS} turns are needed.",
            remedy="Import more, or check with `afterself people` that the right person is the owner.",
        )
    return dataset


def _settings(loop: Loop, options: TrainOptions) -> dict[str, Any]:
    """What the manifest keeps of how it was made; no title of a thread, only how many were left out."""
    return {
        **loop.settings.as_dict(),
        "until": options.until.isoformat() if options.until else None,
        "excluded_threads": len(options.exclude_threads),
        "device": loop.on.name,
        "steps": loop.state.step,
        "best_epoch": round(loop.state.best.epoch, 2) if loop.state.best else None,
    }


def _notes(before: float | None, after: float | None) -> tuple[str, ...]:
    if before is None or after is None or after < before:
        return ()
    return ("the weights read held-out words of the owner no better than the base does",)


def _check_head(model: Any, base: Base) -> None:
    """Refuse bases that reshape their scores after the output layer: loop and scorer read that layer."""
    shaped = ("final_logit_softcapping", "logit_scale", "logits_scaling")
    if any(getattr(model.config, name, None) not in (None, 1, 1.0) for name in shaped):
        raise TrainingError(
            f"The base {base.id} reshapes its scores in a way that training here does not know.",
            remedy="Choose a Qwen, Llama, SmolLM or Mistral base.",
        )


def _need_torch() -> None:
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError:
        raise MissingExtra("train", "Training") from None
    transformers.utils.logging.disable_progress_bar()
