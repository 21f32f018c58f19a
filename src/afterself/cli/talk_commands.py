"""`talk`: a conversation in the terminal. `reply`: replies for given contexts, for measuring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.shell import app, console, interactive, open_self

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.persona.talk import Fact, Spoken, Talk


@app.command()
def talk(
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Whom the self takes you for.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same replies.")] = None,
    temperature: Annotated[float, typer.Option(help="1 is the person's own spread of words.")] = 1.0,
) -> None:
    """Talk with the self: facts come as quotes, the rest is generated in their manner and says so.

    Reads standard input when it is not a terminal, one message a line.

    Example: afterself --self ./my-self talk
    """
    from afterself.persona.talk import Talk

    with Talk.open(open_self(), to=to, temperature=temperature, seed=seed) as conversation:
        if interactive():
            _at_a_terminal(conversation)
        else:
            for line in sys.stdin:
                if line.strip():
                    answer(conversation, line.strip(), console())


def _at_a_terminal(conversation: Talk) -> None:
    out = console()
    out.print(introduction(conversation), style="dim", markup=False)
    while True:
        try:
            said = input("you › ").strip()
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        if said in ("/bye", "/quit", "/exit"):
            return
        if said:
            answer(conversation, said, out)


def introduction(conversation: Talk) -> str:
    """What a visitor must know before the first word."""
    from afterself.archive.plain import terminal_text

    listener = conversation.header.to[0][0] if conversation.header.to else "somebody"
    return (
        f"This is not {terminal_text(conversation.owner)}. A small language model trained on their messages writes in "
        f"their manner;\nits words are generated and no record. Questions about their life are answered with quotes.\n"
        f"You are taken for: {terminal_text(listener)} (--to NAME changes it). /bye or Ctrl-D ends."
    )


def answer(conversation: Talk, said: str, out: Console) -> Fact | Spoken:
    """Say `said` to the self and print what comes back, labelled for what it is."""
    from afterself.archive.plain import terminal_text
    from afterself.persona.talk import Fact

    label = f"{terminal_text(conversation.owner)} [generated] › "
    started = False

    def show(piece: str) -> None:
        nonlocal started
        if not started:
            out.print(label, style="bold", end="", markup=False)
            started = True
        out.print(terminal_text(piece).replace("\n", "\n" + " " * 4), end="", markup=False)

    reply = conversation.say(said, on_text=show)
    if isinstance(reply, Fact):
        from afterself.cli.ask_command import show_answer

        show_answer(reply.answer, out, most=3)
    else:
        if not started:
            out.print(label + reply.messages[0], markup=False, end="")
        out.print()
    return reply
