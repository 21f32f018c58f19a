"""`afterself train`: weights from the owner's words. Says what it will take, asks, shows how far it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.archive.plain import one_line
from afterself.cli import StoppedAndTold
from afterself.cli.answers import confirmed
from afterself.cli.audience_commands import AudienceOption
from afterself.cli.completions import bases, one_of
from afterself.cli.leaving_out import ExcludeThreadOption
from afterself.cli.moments import moment_of
from afterself.cli.own_words import languages_lines
from afterself.cli.progress import ProgressLine, duration
from afterself.cli.shell import app, console, echo_json, interactive, open_self, require_records
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.training import Preflight, TrainOptions, Weights

FIRST_TIME = """\
Training shows a small language model the messages again and again until it guesses the owner's words better.
It happens on this machine. How long it takes is measured first and told below. Ctrl-C stops it, and the same
command goes on where it was.
"""


@app.command()
def train(
    base: Annotated[
        str | None,
        typer.Option(
            metavar="ID|PATH",
            autocompletion=bases,
            help="Base model: “embedded”, a folder, or owner/name of the hub.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Learn only from what was said before this day or time (UTC), undated words left out.",
        ),
    ] = None,
    exclude_thread: ExcludeThreadOption = None,
    epochs: Annotated[
        float | None, typer.Option(metavar="N", help="Most passes over the data (default: 3, stops early).")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="full|lora",
            autocompletion=one_of("full", "lora"),
            help="All weights or an adapter (default: by the base).",
        ),
    ] = None,
    rate: Annotated[float | None, typer.Option(metavar="RATE", help="Highest learning rate.")] = None,
    context: Annotated[
        int | None, typer.Option(metavar="N", help="Tokens of a window (default: 512, or less by the base).")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of order and adapter.")] = 0,
    device: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=one_of("cpu", "cuda"),
            help="cpu or cuda (default: a GPU if there is one).",
        ),
    ] = None,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Fetch the base from the hub if it is not here.")
    ] = False,
    audience: AudienceOption = "owner",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew instead of going on with an unfinished run.")
    ] = False,
    publish_anyway: Annotated[
        bool, typer.Option("--publish-anyway", help="Publish the weights even if they fail the smoke test.")
    ] = False,
    samples: Annotated[
        bool,
        typer.Option("--samples/--no-samples", help="Show generated replies on the way (terminal only)."),
    ] = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Start without asking.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train weights that write as the owner writes. Only their own words are targets.

    Shows device, base, data, time and memory before it starts. Stopping or killing it leaves the
    self as it was, and the same command goes on where it stopped. Weights that babble or are no
    better than the base are not published.

    \b
    Example: afterself train
             afterself train --until 2023-01-01 --yes --json
    """
    from afterself.archive.ledger import list_artifacts
    from afterself.home.jobs import Progress
    from afterself.training import Declined
    from afterself.training import train as train_self
    from afterself.training.stopping import Interrupted

    options = replace(
        _options(until, exclude_thread or [], epochs, method, rate, context, seed, device),
        fresh=fresh,
        audience=audience,
        publish_anyway=publish_anyway,
    )
    self_ = open_self()
    require_records(self_, "learn from")
    err = console(stderr=True)
    if not list_artifacts(self_, "weights"):
        err.print(FIRST_TIME, markup=False)

    def confirm(told: Preflight) -> bool:
        for line in preflight_lines(told):
            err.print(line, markup=False)
        if yes:
            return True
        if not interactive():
            raise UsageError(
                "Training asks before it starts, and nobody is here to answer.", remedy="Add --yes."
            )
        return confirmed("Start training?", default=True, err=True)

    try:
        with ProgressLine(err) as line:
            weights = train_self(
                self_,
                base,
                options,
                Progress(line.tell, interval=1.0),
                confirm=confirm,
                on_sample=line.sample if samples and line.moves else None,
                allow_network=allow_network,
            )
    except Declined as declined:
        err.print(declined.message, markup=False)
        raise typer.Exit(1) from None
    except Interrupted as stopped:
        for text in _stopped_lines(stopped.checkpoint):
            err.print(text, markup=False, soft_wrap=True)
        raise StoppedAndTold from None
    if json_:
        echo_json(weights_json(weights))
    else:
        for text in _result_lines(weights):
            console().print(text, markup=False)


def _options(
    until: str | None,
    exclude: list[str],
    epochs: float | None,
    method: str | None,
    rate: float | None,
    context: int | None,
    seed: int,
    device: str | None,
) -> TrainOptions:
    from afterself.training import TrainOptions

    if method not in (None, "full", "lora"):
        raise UsageError(f"“{method[:20]}” is no method of training.", remedy="Give --method full or lora.")
    return TrainOptions(
        until=moment_of(until, "--until"),
        exclude_threads=tuple(exclude),
        method=method,  # type: ignore[arg-type]
        epochs=epochs,
        rate=rate,
        context=context,
        seed=seed,
        device=device,
    )


def preflight_lines(told: Preflight) -> list[str]:
    """What a person should know before training starts."""
    what = "all weights" if told.settings.method == "full" else f"an adapter of rank {told.settings.rank}"
    free = "" if told.memory_free is None else f", {told.memory_free / 1e9:.1f} GB free"
    return [
        f"Device    {told.device} ({counted(told.threads, 'thread')}, {told.precision})",
        f"Base      {told.base} ({told.parameters / 1e6:.1f}M parameters, licence {told.license})",
        f"Training  {what} ({told.trained_parameters / 1e6:.1f}M), learning rate {told.settings.rate:g}",
        f"Data      {counted(told.owner_messages, 'message')} of the owner in "
        f"{counted(told.owner_turns, 'turn')}: "
        f"{told.train_turns:,} train ({counted(told.examples, 'example')}), "
        f"{told.validation_turns:,} validate, "
        f"{told.held_out_turns:,} more are held out for evaluation",
        *(line.replace("Languages: ", "Languages ") for line in languages_lines(told.languages)),
        f"Tokens    {told.tokens_per_epoch:,} an epoch, at most {_epochs(told.settings.epochs)}, "
        f"{counted(told.steps, 'step')}",
        f"Time      at most {duration(told.seconds)} ({told.tokens_per_second:,.0f} tokens a second)",
        f"Memory    about {told.memory_needed / 1e9:.1f} GB{free}",
        f"The base reads the owner at {told.base_bits:.2f} bits per byte.",
        f"Enough?   {told.verdict}",
        *(f"Note      {warning}" for warning in told.warnings),
        *_resuming(told),
    ]


def _epochs(count: float) -> str:
    return "1 epoch" if count == 1 else f"{count:g} epochs"


def _resuming(told: Preflight) -> list[str]:
    lines = []
    if told.others:
        what = "An unfinished run" if told.others == 1 else f"{told.others} unfinished runs"
        lines.append(
            f"Note      {what} of this self with other data, base or settings cannot go on here. It waits "
            "until weights are published or --fresh removes it."
        )
    if told.resumes:
        lines.append(f"Resuming  the unfinished run {told.resumes}. To begin anew: --fresh")
    return lines


def weights_json(weights: Weights) -> dict[str, Any]:
    """The result of a run as JSON."""
    return {
        "weights": weights.id,
        "path": str(weights.path),
        "base": weights.base,
        "base_sha256": weights.base_sha256,
        "audience": weights.audience,
        "method": weights.method,
        "examples": weights.examples,
        "owner_messages": weights.owner_messages,
        "tokens": weights.tokens,
        "seconds": weights.seconds,
        "validation_bits_per_byte": {"base": weights.bits_base, "weights": weights.bits_weights},
        "gguf": weights.gguf,
        "notes": list(weights.notes),
    }


def _stopped_lines(checkpoint: Path | None) -> list[str]:
    """What is kept of a run that Ctrl-C ended, and what can be done with it."""
    lines = ["Stopped. The same command goes on from here; with --fresh it begins anew."]
    if checkpoint is not None and checkpoint.is_file():
        size = f"{checkpoint.stat().st_size / 1e6:,.0f} MB"
        lines.append(f"Kept for that: {size} in {one_line(str(checkpoint))}. To drop it, delete that file.")
    return lines


def _result_lines(weights: Weights) -> list[str]:
    lines = [f"Weights {weights.id} are ready; training took {duration(weights.seconds)}."]
    if weights.bits_base is not None and weights.bits_weights is not None:
        less = 100 * (1 - weights.bits_weights / weights.bits_base)
        lines.append(
            f"Kept back to know when to stop: {weights.bits_weights:.3f} bits per byte, "
            f"{weights.bits_base:.3f} under the base ({less:.0f} % less)."
        )
    return lines + [f"Note: {note}" for note in weights.notes]
