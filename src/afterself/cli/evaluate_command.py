"""`afterself evaluate`: how much like the owner the weights are, as a page and as JSON."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.passphrases import opened
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import app, console, echo_json, new_private_file, open_self, with_self
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.fidelity import Evaluation, Likeness, Measured
    from afterself.fidelity.gate import Gate
    from afterself.fidelity.typicality import Typicality
    from afterself.home.folder import Self


@app.command()
def evaluate(
    against: Annotated[
        str | None,
        typer.Option(metavar="DIR,DIR", help="Other selves on the same base, to be told apart from."),
    ] = None,
    replies: Annotated[
        int, typer.Option(metavar="N", min=1, help="Most held-out replies to measure on; fewer is faster.")
    ] = 300,
    samples: Annotated[
        bool, typer.Option("--samples", help="Show a few private replies and generated ones on the page.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure the likeness, on replies that the weights never saw.

    Bits per byte of the owner's real replies under the bare base, the weights, and a model that only
    counts letters; with --against, how often the replies are told apart from other selves; and whether
    the weights copy their training or write unlike a person. Each figure with its 95 % interval, or “not
    measurable”. Leaves a page in the self's reports/ that any browser opens offline.

    \b
    Example: afterself evaluate
             afterself evaluate --against ../anna,../ben --json
    """
    from afterself.fidelity import evaluate as evaluate_self
    from afterself.home.jobs import Progress

    self_ = open_self()
    others = _open(against, self_)
    with ProgressLine(console(stderr=True)) as line:
        done = evaluate_self(self_, others, Progress(line.tell, interval=1.0), most=replies, samples=samples)
    if json_:
        echo_json({**done.likeness.as_dict(), "page": str(done.page)})
    else:
        for text in _lines(done):
            console().print(text, markup=False)
        if self_.encrypted:
            where = "The page is encrypted. To look at it: afterself report --out FILE"
            console().print(with_self(where), markup=False)


@app.command()
def report(
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="New file for the page; none is replaced.")
    ],
) -> None:
    """Write the page of the last `evaluate` to a file for a browser.

    The page of an encrypted self is encrypted; this file is not.

    Example: afterself report --out likeness.html
    """
    from afterself.fidelity.evaluation import PAGE

    self_ = open_self()
    page = self_.reports_dir / PAGE
    if not page.is_file():
        raise UsageError("There is no page yet.", remedy="Make it with: afterself evaluate")
    content = self_.files.read_bytes(page)
    with os.fdopen(new_private_file(out), "wb") as file:
        file.write(content)
    typer.echo(f"Written to {out}.")


def _open(against: str | None, own: Self) -> dict[str, Self]:
    """The other selves, by the name of their folder (its whole path where two are called alike)."""
    paths = dict.fromkeys(Path(name).expanduser() for name in (against or "").split(",") if name.strip())
    found = {path: opened(path) for path in paths}
    if any(other.path.resolve() == own.path.resolve() for other in found.values()):
        raise UsageError("A self cannot be told apart from itself.", remedy="Leave it out of --against.")
    names = [path.name for path in found]
    return {path.name if names.count(path.name) == 1 else str(path): other for path, other in found.items()}


def _lines(done: Evaluation) -> list[str]:
    """What a person should know, each figure on a line, and what helps where a gate failed."""
    from afterself.fidelity.remedies import against_copying, against_unnaturalness, against_weak_reading

    found, ground = done.likeness, done.likeness.ground
    replies = counted(ground.replies, "held-out reply", "held-out replies")
    if not ground.replies:
        none = "No replies are held out to measure with: too little was there for that."
        return [none, *_figures(found), f"Page: {done.page}"]
    return [
        f"{replies} in {counted(ground.conversations, 'conversation')}, {counted(ground.bytes, 'byte')}",
        *_figures(found),
        *_remedy(against_weak_reading(found.reading)),
        _copying(found.copying),
        *_remedy(against_copying(found.copying)),
        _naturalness(found.typicality),
        *_remedy(against_unnaturalness(found.typicality)),
        f"Page: {done.page}",
    ]


def _remedy(told: str) -> list[str]:
    return [with_self(f"  → {told}")] if told else []


def _figures(found: Likeness) -> list[str]:
    """What was read off the held-out replies, or how many there must be for that."""
    from afterself.fidelity import TooFew

    reading, ground = found.reading, found.ground
    if isinstance(reading.weights, TooFew):
        if ground.available > ground.replies:
            more = f"There are {ground.available:,}: leave --replies out"
        else:
            more = "Import more, then: afterself train"
        return [with_self(f"Likeness: {figure(reading.weights)}. {more}")]
    lines = [
        "Fewer bits per byte is closer; in brackets the 95 % interval:",
        f"  {figure(reading.base)}  bits per byte under the bare base",
        f"  {figure(reading.witten_bell)}  counting letters (Witten-Bell, order 6)",
        f"  {figure(reading.weights)}  under the weights",
        f"  {figure(reading.saved_over_base)}  saved over the base",
        f"  {figure(reading.saved_over_witten_bell)}  saved over counting letters",
    ]
    if found.identification:
        accuracy = found.identification.accuracy
        lines += [f"  {figure(value)}  told apart at {size}" for size, value in accuracy.items()]
        lines.append(f"  {found.identification.chance:.3f}  by chance")
        swaps = found.identification.swap
        lines += [f"  {figure(value)}  more under the weights of {name}" for name, value in swaps.items()]
    return lines


def _copying(found: Gate) -> str:
    if found.verdict == "not measurable":
        return f"Copying: {'; '.join([found.verdict, *found.reasons])}"
    sides = f"{counted(found.written.messages, 'written message')}, {found.real.messages:,} real ones beside"
    return f"Copying: {'; '.join([found.verdict, *found.reasons])} ({sides})"


def _naturalness(found: Typicality) -> str:
    from afterself.fidelity import Estimate

    gap = figure(found.gap)
    if isinstance(found.gap, Estimate):
        less = f"what it writes ({counted(found.replies, 'reply', 'replies')}) less what is real"
        return f"Naturalness: {found.verdict}; {gap} bits per byte, {less}"
    return f"Naturalness: {gap}"


def figure(found: Measured) -> str:
    """A measured value with its interval, or why there is none."""
    from afterself.fidelity import Estimate

    if isinstance(found, Estimate):
        return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
    return f"{found}; {found.needs}"
