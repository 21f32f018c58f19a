"""`afterself base`: which languages a base model knows, and whether it may write prose from sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.completions import bases
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import app, console, echo_json

if TYPE_CHECKING:
    from afterself.models.bases import Base
    from afterself.models.probe import Probe

_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "ru": "Russian", "ar": "Arabic", "zh": "Chinese", "ja": "Japanese",
}  # fmt: skip


@app.command("base")
def base_command(
    base: Annotated[
        str,
        typer.Argument(
            metavar="ID|PATH",
            autocompletion=bases,
            help="Base model: “embedded”, a folder, or owner/name of the hub.",
        ),
    ] = "embedded",
    again: Annotated[
        bool, typer.Option("--again", help="Measure anew instead of showing what is kept.")
    ] = False,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Fetch the base from the hub if it is not here.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say what a base model can do, before you train on it.

    The same sentences are read in twelve languages, and sixty times one of three numbered sources has to be
    repeated word for word with its number. The result is kept beside the base; `train` warns by it.

    \b
    Example: afterself base
             afterself base ~/models/Qwen3-0.6B-Base --json
    """
    from afterself.home.jobs import Progress
    from afterself.models.bases import resolve_base
    from afterself.models.probe import probed

    chosen = resolve_base(base, allow_network=allow_network)
    with ProgressLine(console(stderr=True)) as line:
        found = probed(chosen, Progress(line.tell, interval=1.0), again=again)
    if json_:
        echo_json(_as_json(chosen, found))
        return
    for text in _lines(chosen, found):
        console().print(text, markup=False, highlight=False)


def _lines(base: Base, found: Probe) -> list[str]:
    copying = found.copying
    low, high = copying.interval
    order = sorted(found.languages, key=lambda code: found.languages[code].bits)
    best = found.languages[order[0]].bits
    rows = [
        f"  {_NAMES.get(code, code):<12}{found.languages[code].bits_per_byte:5.2f} bits per byte "
        f"{found.languages[code].bits / best:5.2f}  {'known' if code in found.knows else 'not known'}"
        for code in order
    ]
    return [
        f"{base.id}: reads {base.context:,} tokens, licence {base.license}, sha256 {base.sha256[:12]}…",
        "Languages: the same sentences in each; the second figure is the cost against the best one",
        *rows,
        f"Copying and citing: {copying.right} of {copying.trials} right "
        f"({100 * low:.0f} to {100 * high:.0f} %); quote exact {copying.copied}, mark right {copying.cited}",
        "It may write prose that rests on numbered sources."
        if found.grounded
        else "It may not write prose from sources: facts are answered with pasted quotes.",
    ]


def _as_json(base: Base, found: Probe) -> dict[str, Any]:
    copying = found.copying
    return {
        "base": base.id,
        "base_sha256": base.sha256,
        "context": base.context,
        "license": base.license,
        "knows": list(found.knows),
        "languages": {
            code: {"bytes": cost.bytes, "bits": cost.bits, "bits_per_byte": cost.bits_per_byte}
            for code, cost in found.languages.items()
        },
        "copying": {
            "trials": copying.trials,
            "copied": copying.copied,
            "cited": copying.cited,
            "right": copying.right,
            "interval": list(copying.interval),
        },
        "grounded_prose": found.grounded,
    }
