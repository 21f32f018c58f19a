"""`afterself demo`: the whole road with a bundled fictional person, from her chats to a conversation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.shell import app, console, interactive

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.home.folder import Self


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the demo self is kept.")
    ] = Path("demo-self"),
    again: Annotated[
        bool, typer.Option("--again", help="Train anew even if she was trained here before.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Same seed, same replies.")] = None,
) -> None:
    """Meet Hester Norkus, 1936, signalwoman, fictional: import her chats, ask, train, talk.

    Everything happens on this machine. Without a terminal it plays its turns and ends.

    Example: afterself demo
    """
    started = time.monotonic()
    out = console()
    self_ = _meet(folder, out)
    _ask(self_, out, started)
    _train(self_, out, again)
    _talk(self_, out, seed)
    out.print(f"\nHer self is in {folder}. Ask it again:", markup=False)
    out.print(f'  afterself --self {folder} ask "How do you make your plum jam?"', markup=False)
    out.print("Your own chats: afterself --self ./my-self new", markup=False)


def _heading(text: str, out: Console) -> None:
    out.print(f"\n── {text} ", style="bold cyan", markup=False)


def _meet(folder: Path, out: Console) -> Self:
    from afterself.demo.road import make, read_chats

    _heading("1  Import: seven WhatsApp exports of a fictional person", out)
    self_ = make(folder)
    found = read_chats(self_)
    first, last = (f"{moment:%B %Y}" if moment else "?" for moment in (found.first, found.last))
    out.print(
        f"Hester Norkus, retired signalwoman. {found.threads} chats with {found.people - 1} people, "
        f"{first} to {last}: {found.new:,} new messages, {found.same:,} known already.",
        markup=False,
    )
    return self_


def _ask(self_: Self, out: Console, started: float) -> None:
    from afterself.cli.ask_command import show_answer
    from afterself.demo.person import FACTS
    from afterself.memory.ask import Memory
    from afterself.policy import open_view

    _heading("2  Ask: quotes of what she said, or an honest nothing. No training needed", out)
    with open_view(self_, "retrieve") as view:
        memory = Memory(view)
        for number, question in enumerate(FACTS):
            out.print(f"\n› {question}", style="bold", markup=False)
            show_answer(memory.ask(question, 5), out, most=1)
            if number == 0:
                out.print(
                    f"(first cited answer after {time.monotonic() - started:.1f} s)",
                    style="dim",
                    markup=False,
                )


def _train(self_: Self, out: Console, again: bool) -> None:
    from afterself.cli.progress import ProgressLine
    from afterself.demo.road import learn
    from afterself.home.jobs import Progress

    _heading("3  Train: a small language model learns how she writes", out)
    with ProgressLine(console(stderr=True)) as line:
        weights, fresh = learn(self_, Progress(line.tell, interval=0.5), again=again)
    if not fresh:
        out.print("She was trained here before; --again trains anew.", markup=False)
    if weights.bits_base is not None and weights.bits_weights is not None:
        out.print(
            f"Messages of hers that it was not trained on: {weights.bits_base:.2f} bits per byte under the "
            f"untouched base, {weights.bits_weights:.2f} under her weights. Fewer is closer to her.",
            markup=False,
        )


def _talk(self_: Self, out: Console, seed: int | None) -> None:
    from afterself.cli.talk_commands import answer, at_a_terminal, introduction
    from afterself.demo.person import TURNS
    from afterself.persona.talk import Talk

    _heading("4  Talk", out)
    with Talk.open(self_, seed=seed if interactive() else (seed or 0)) as conversation:
        if interactive():
            at_a_terminal(conversation)
            return
        out.print(introduction(conversation), style="dim", markup=False)
        for said in TURNS:
            out.print(f"\nyou › {said}", markup=False)
            answer(conversation, said, out)
