"""`afterself dataset`: what training learns from, counted, shown as the model sees it, or exported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.completions import bases
from afterself.cli.leaving_out import ExcludeThreadOption
from afterself.cli.moments import moment_of
from afterself.cli.own_words import languages_lines, own_words_json, own_words_lines
from afterself.cli.shell import app, console, echo_json, open_self
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.datasets import Conversation, Dataset, Example, Split
    from afterself.home.folder import Self
    from afterself.models.tokens import HFTurnTokenizer


@app.command()
def dataset(
    preview: Annotated[
        int | None,
        typer.Option(metavar="N", help="Show N examples as the model sees them."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write chat examples for TRL, Axolotl or LLaMA-Factory."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what was said before this day or time (UTC).")
    ] = None,
    exclude_thread: ExcludeThreadOption = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="ID|PATH", autocompletion=bases, help="Whose tokenizer counts (default: the self's base)."
        ),
    ] = None,
    context: Annotated[int, typer.Option(metavar="N", help="Tokens of a window.")] = 512,
    audience: AudienceOption = "owner",
    json_: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Show what training would learn from. Targets are the owner's words, the rest is context.

    The latest turns are held out for evaluation: they are neither counted as learned from, nor shown,
    nor exported, so that whatever is trained on the export can be measured with them. With --until or
    --exclude-thread you have held something out yourself, and nothing more is.

    An export holds other people's words in the clear: it is written for your eyes only (0600), and
    what becomes of it is in your hands. One JSON object a line, “messages” of system, user and assistant.

    \b
    Example: afterself dataset --preview 3
             afterself dataset --export chats.jsonl --until 2023-01-01
    """
    from afterself.datasets import build_examples, own_words, split
    from afterself.models.tokens import HFTurnTokenizer
    from afterself.policy import open_view
    from afterself.training.base_of_self import base_of_self

    if context < 64:
        raise UsageError(f"A context of {context} tokens is too short.", remedy="Choose at least 64.")
    self_, before = open_self(), moment_of(until, "--until")
    if export is not None:
        _may_export(self_, export)
    tokenizer = HFTurnTokenizer(base_of_self(self_, base).path)
    left_out = tuple(exclude_thread or ())
    with open_view(self_, "train", audience) as view:
        sides = split(view, until=before, exclude_threads=left_out)
        made = build_examples(view, tokenizer, context=context, until=before, exclude_threads=left_out)
        words, languages = own_words(view, until=before, exclude_threads=left_out)
    counts = {**_counts(sides, made), "own_words": own_words_json(words), "languages": languages}
    repeated = counts["repeated_turns"]
    if export is not None:
        counts["exported"] = _write(self_, export, sides.learned, tokenizer, context)
    if json_:
        echo_json(counts)
        return
    console().print(
        f"{counted(counts['messages'], 'message')} of the owner in {counted(counts['turns'], 'turn')} of "
        f"{counted(counts['conversations'], 'conversation')}: "
        f"{counted(counts['train'], 'example')} to learn from "
        f"({counts['tokens']:,} tokens, {counts['target_tokens']:,} of them targets), "
        f"{counts['validation']:,} to validate on. Of the turns {counts['train_turns']:,} train and "
        f"{counts['validation_turns']:,} validate; {counts['held_out_turns']:,} more are held out for "
        "evaluation" + (f" ({repeated:,} that only repeat others do not count)." if repeated else "."),
        markup=False,
    )
    for line in [*own_words_lines(words), *languages_lines(languages)]:
        console().print(line, markup=False)
    if export is not None:
        console().print(f"{counted(counts['exported'], 'chat example')} written to {export}.", markup=False)
    if preview is not None:
        _show(made.train, tokenizer, preview)


def _counts(sides: Split, made: Dataset) -> dict[str, Any]:
    return {
        "conversations": len(sides.learned),
        "turns": made.bursts,
        "messages": made.messages,
        "train": len(made.train),
        "validation": len(made.validation),
        "train_turns": sum(example.bursts for example in made.train),
        "validation_turns": sum(example.bursts for example in made.validation),
        "held_out_turns": made.held_out.bursts,
        "repeated_turns": sides.repeated,
        "tokens": made.tokens,
        "target_tokens": sum(sum(example.supervised) for example in made.train),
    }


def _may_export(self_: Self, file: Path) -> None:
    """NotAllowed for a self that is only measured, UsageError if the file is there already."""
    self_.require_exportable("Look at it instead: afterself dataset --preview 3")
    if file.exists():
        raise UsageError(f"{file} exists already; nothing was written.", remedy="Choose another name.")


def _write(
    self_: Self, file: Path, talks: Sequence[Conversation], tokenizer: HFTurnTokenizer, context: int
) -> int:
    from afterself.datasets import as_line, chat_examples
    from afterself.home.atomic import atomic_file

    written = 0
    try:
        with atomic_file(file) as out:
            for messages in chat_examples(talks, tokenizer, context):
                line = json.dumps(as_line(messages, self_.declaration.right), ensure_ascii=False)
                out.write(line.encode("utf-8", "replace") + b"\n")
                written += 1
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); nothing of it was kept.",
            remedy="Check that you may write there and that the disk is not full.",
        ) from error
    self_.audit("dataset exported", examples=written, declared=self_.declaration.right)
    return written


def _show(examples: Sequence[Example], tokenizer: HFTurnTokenizer, most: int) -> None:
    """Some examples over the whole set; on a terminal the targets stand out."""
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    out = console()
    step = max(1, len(examples) // max(1, most))
    for number, example in enumerate(examples[::step][: max(0, most)], 1):
        out.print(f"\n── {number}: {len(example.ids)} tokens ", style="bold cyan", markup=False)
        shown = Text()
        for words, target in _runs(example, tokenizer):
            shown.append(terminal_text(words), style="bold green" if target else "dim")
        out.print(shown, end="")


def _runs(example: Example, tokenizer: HFTurnTokenizer) -> Iterator[tuple[str, bool]]:
    """The text of an example in runs that are, or are not, targets."""
    start = 0
    for n in range(1, len(example.ids) + 1):
        if n == len(example.ids) or example.supervised[n] != example.supervised[start]:
            yield tokenizer.decode(example.ids[start:n]), example.supervised[start]
            start = n
