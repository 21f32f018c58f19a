"""A self -> weights in it: the road of one training run, from the view to the artifact ledger.

Reads through a view for training, tells what will happen, asks, trains, measures, tries the weights
and publishes them. Until then all that it writes is its checkpoint: a run that is stopped, killed or
refused leaves the self as it was, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from afterself.datasets import Dataset, build_examples
from afterself.errors import MissingExtra, TrainingError
from afterself.home.counting import counted
from afterself.home.folder import TRAINING_LOCK, Self
from afterself.home.jobs import Progress
from afterself.home.lock import exclusive
from afterself.models.bases import Base, load_torch
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training.base_of_self import base_of_self
from afterself.training.checkpoint import Checkpoints, cannot_write, identity, restore
from afterself.training.device import machine
from afterself.training.loop import Loop, bits_per_byte
from afterself.training.options import Settings, TrainOptions, settle, settled_context
from afterself.training.preflight import Preflight, preflight
from afterself.training.samples import contexts, write
from afterself.training.smoke import complaints
from afterself.training.stopping import Interrupted
from afterself.training.weights import Weights, publish
from afterself.training.withdrawal import refuse_withdrawn

FEWEST_TURNS = 20
_NAMES_SHOWN = 6


SAMPLE_TOKENS = 40


class Declined(TrainingError):
    """The person saw what training would take and said no."""


class Unpublished(TrainingError):
    """The weights failed their smoke test; the run is kept, so that they can be published anyway."""


def train(
    self_: Self,
    base: str | None = None,
    options: TrainOptions | None = None,
    progress: Progress | None = None,
    *,
    confirm: Callable[[Preflight], bool] | None = None,
    on_sample: Callable[[str], None] | None = None,
    allow_network: bool = False,
) -> Weights:
    """Train weights for a self and publish them in it; an unfinished run of the same kind goes on.

    `base` is "embedded", a folder or a hub id, by default what the self was made with. `confirm` sees
    the preflight and decides; `on_sample` gets a generated reply after each evaluation, to be shown
    and not kept. NotAllowed if the self may not be trained, TrainingError if there is too little to
    learn from, memory or disk do not suffice or `confirm` says no, Unpublished if the weights are bad.
    """
    options, progress = options or TrainOptions(), progress or Progress()
    _need_torch()
    resolved = base_of_self(self_, base, allow_network=allow_network)
    progress.start("reading", unit="messages")
    dataset = _dataset(self_, resolved, options)
    progress.finish(counted(dataset.messages, "message"))
    loop = _loop(resolved, dataset, options, progress)
    with exclusive(self_.path / TRAINING_LOCK):
        kept = Checkpoints(self_, identity(resolved.sha256, loop.settings, dataset))
        _ready(loop, resolved, kept, options, confirm)
        if on_sample is not None and dataset.validation:
            loop.after_evaluation = _sampler(HFTurnTokenizer(resolved.path), on_sample)
        before = None
        if dataset.validation:
            before = bits_per_byte(loop.model, dataset.validation, dataset.context, loop.on)
        _learn(loop, kept, options)
        after = loop.state.best.bits if loop.state.best else None
        try:
            notes = _tried(loop, kept, resolved, options, before, after)
        except KeyboardInterrupt:
            kept.keep(loop, now=True)  # all is learned: the next run only tries it
            raise _interrupted(kept) from None
        return _publish(self_, loop, resolved, options, before, after, notes)


def _ready(
    loop: Loop,
    base: Base,
    kept: Checkpoints,
    options: TrainOptions,
    confirm: Callable[[Preflight], bool] | None,
) -> None:
    """Tell what the run will take, ask, and prepare its checkpoint; Declined if the answer is no."""
    found = None if options.fresh else kept.find()
    told = preflight(loop, base, loop.dataset, loop.on)
    if found is not None:
        left = 1 - found.tokens / loop.plan.tokens
        told = replace(told, resumes=found.told, seconds=told.seconds * left)
    told = replace(told, others=0 if options.fresh else kept.others())
    if confirm is not None and not confirm(told):
        raise Declined("Nothing was trained.")
    # The question may have stood for hours.
    refuse_withdrawn(kept.self_, loop.dataset.revisions, loop.dataset.own, options.audience)
    kept.begin(loop.dataset.revisions, loop.settings, fresh=options.fresh)


def _learn(loop: Loop, kept: Checkpoints, options: TrainOptions) -> None:
    """Run the loop, from its checkpoint if there is one."""
    found = None if options.fresh else kept.find()
    if found is not None:
        restore(loop, found)
        del found
    loop.after_step = kept.keep
    loop.before_stop = partial(kept.keep, now=True)
    try:
        loop.run()
    except Interrupted:
        raise _interrupted(kept) from None


def _interrupted(kept: Checkpoints) -> Interrupted:
    stopped = Interrupted()
    stopped.checkpoint = kept.path
    return stopped


def _sampler(tokenizer: HFTurnTokenizer, tell: Callable[[str], None]) -> Callable[[Loop], None]:
    """After each evaluation: a short reply to one of the validation contexts, each time another."""

    def sample(loop: Loop) -> None:
        prompts = contexts(loop.dataset, 50)
        number = len(loop.state.evaluations)
        prompt = prompts[(number - 1) % len(prompts)]
        written = write(
            loop.model, prompt, tokenizer.im_end, loop.on, most=SAMPLE_TOKENS, seed=loop.state.step
        )
        tell(tokenizer.decode(written.ids) + ("" if written.ended else " …"))

    return sample


def _tried(
    loop: Loop,
    kept: Checkpoints,
    base: Base,
    options: TrainOptions,
    before: float | None,
    after: float | None,
) -> tuple[str, ...]:
    """Put the weights to the smoke test; what is wrong becomes notes, or Unpublished."""
    loop.progress.start("trying the weights", unit="replies")
    found = complaints(
        loop.model,
        loop.dataset,
        HFTurnTokenizer(base.path),
        loop.on,
        longest=base.context,
        before=before,
        after=after,
    )
    loop.progress.finish()
    if found and not options.publish_anyway:
        kept.keep(loop, now=True)
        raise Unpublished(
            f"The new weights were not published: they {', and they '.join(found)}. "
            "Weights that were there before stay in use.",
            remedy="Quotes need no weights: afterself ask. For weights, import more of what they wrote, or "
            "train otherwise (a --base made from their language, --epochs, --rate). "
            "To use these all the same: the same command with --publish-anyway",
        )
    return tuple(f"the weights {complaint}" for complaint in found)


def _publish(
    self_: Self,
    loop: Loop,
    base: Base,
    options: TrainOptions,
    before: float | None,
    after: float | None,
    notes: tuple[str, ...],
) -> Weights:
    from safetensors import SafetensorError

    state, dataset = loop.state, loop.dataset
    loop.progress.start("saving", unit="files")
    facts = {
        "method": loop.settings.method,
        "context": dataset.context,
        "seed": loop.settings.seed,
        "settings": _settings(loop, options),
        "examples": len(dataset.train),
        "owner_messages": dataset.messages,
        "tokens": state.tokens,
        "seconds": round(state.seconds, 1),
        "bits_base": before,
        "bits_weights": after,
        "held_out": dataset.held_out.as_dict(),
        "notes": notes,
    }
    try:
        weights = publish(self_, loop.model.to("cpu"), base, dataset.revisions, facts, dataset.own)
    except (OSError, SafetensorError) as error:
        raise cannot_write(self_, error) from error
    self_.audit(
        "weights trained", weights=weights.id, base=weights.base_sha256, records=len(dataset.revisions)
    )
    loop.progress.finish(weights.id)
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
    with open_view(self_, "train", options.audience) as view:
        dataset = build_examples(
            view,
            HFTurnTokenizer(base.path),
            context=settled_context(options, base.context),
            until=options.until,
            exclude_threads=options.exclude_threads,
        )
        people = [] if dataset.bursts else [one for one in view.people() if one.records]
    if people and not any(one.is_owner for one in people):
        raise _nobody_is_the_owner(self_.declaration.name, [one.name for one in people])
    if dataset.bursts < FEWEST_TURNS:
        found = {0: "is nothing", 1: "is only 1 turn"}.get(dataset.bursts, f"are only {dataset.bursts} turns")
        raise TrainingError(
            f"There {found} of {self_.declaration.name} to learn from; "
            f"at least {FEWEST_TURNS} turns are needed.",
            remedy="Import more, or check with `afterself people` that the right person is the owner.",
        )
    return dataset


def _nobody_is_the_owner(name: str, people: Sequence[str]) -> TrainingError:
    there = ", ".join(list(dict.fromkeys(people))[:_NAMES_SHOWN])
    return TrainingError(
        f"Nobody in the archive is known to be {name}, so there is nothing of {name} to learn from.",
        remedy=f"Say who it is: afterself people me NAME\nThere: {there}",
    )


def _settings(loop: Loop, options: TrainOptions) -> dict[str, Any]:
    """What the manifest keeps of how it was made; no title of a thread, only how many were left out."""
    return {
        **loop.settings.as_dict(),
        "audience": options.audience,
        "until": options.until.isoformat() if options.until else None,
        "excluded_threads": len(options.exclude_threads),
        "device": loop.on.name,
        "steps": loop.state.step,
        "best_epoch": round(loop.state.best.epoch, 2) if loop.state.best else None,
    }


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
