"""`talk`: a conversation in the terminal. `reply`: replies for given contexts, for measuring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.shell import app, console, echo_json, interactive, open_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.persona.talk import Fact, Spoken, Talk

_EXAMPLE = '{"context": [{"author": "Anna", "text": "coming?"}]}'


def _spread(temperature: float) -> float:
    if not 0 <= temperature <= 5:
        raise UsageError(
            f"A temperature of {temperature:g} cannot work; choose one from 0 to 5.",
            remedy="1 is the person's own spread of words.",
        )
    return temperature


Temperature = Annotated[
    float,
    typer.Option(metavar="0..5", callback=_spread, help="1 is the person's own spread of words."),
]


@app.command()
def talk(
    to: Annotated[
        str | None, typer.Option("--to", metavar="NAME", help="Whom the self takes you for.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same replies.")] = None,
    temperature: Temperature = 1.0,
) -> None:
    """Talk with the self: facts come as quotes, the rest is generated in their manner and says so.

    Reads standard input when it is not a terminal, one message a line.

    Example: afterself --self ./my-self talk
    """
    from afterself.persona.talk import Talk

    with Talk.open(open_self(), to=to, temperature=temperature, seed=seed) as conversation:
        if interactive():
            at_a_terminal(conversation)
        else:
            for line in sys.stdin:
                if line.strip():
                    answer(conversation, line.strip(), console())


def at_a_terminal(conversation: Talk) -> None:
    """Read what the visitor types until they leave."""
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
            try:
                answer(conversation, said, out)
            except KeyboardInterrupt:  # one reply is broken off, not the talk
                out.print(" …")


def introduction(conversation: Talk) -> str:
    """What a visitor must know before the first word."""
    from afterself.archive.plain import terminal_text

    listener = conversation.header.to[0][0] if conversation.header.to else "somebody"
    return (
        f"This is not {terminal_text(conversation.owner)}. A small language model trained on their messages "
        "writes in their manner; its words are generated and no record. Questions about their life are "
        "answered with quotes.\n"
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

        show_answer(reply.answer, out, most=2)
    else:
        if not started:
            out.print(label + reply.messages[0], markup=False, end="")
        out.print()
    return reply


@app.command()
def reply(
    file: Annotated[
        str,
        typer.Option(
            "--file",
            metavar="FILE",
            help=f"Contexts, one JSON object a line: {_EXAMPLE}; “-” is standard input.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="Replies for each context.")] = 1,
    seed: Annotated[int, typer.Option(help="Same seed, same replies.")] = 0,
    temperature: Temperature = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line a context.")] = False,
) -> None:
    """Write the self's replies to given contexts, for measuring the likeness. They are generated, no records.

    Example: afterself --self ./my-self reply --file contexts.jsonl -n 2 --seed 1 --json
    """
    from afterself.archive.plain import terminal_text
    from afterself.cli.reading import json_lines, shown_source
    from afterself.models.turns import messages_of
    from afterself.persona.replies import generate_replies

    contexts = json_lines(file, needs="context", kind=list, example=_EXAMPLE)
    out = console()
    replies = generate_replies(
        open_self(), contexts, n=n, seed=seed, temperature=temperature, where=shown_source(file)
    )
    for context, texts in zip(contexts, replies, strict=True):
        if as_json:
            echo_json(
                {
                    **({"id": context["id"]} if "id" in context else {}),
                    "generated": True,
                    "text": texts[0],
                    "replies": [{"text": text, "messages": messages_of(text)} for text in texts],
                }
            )
        else:
            for text in texts:
                shown = terminal_text(text).replace("\n", "\n    ")
                out.print(f"[generated] {shown}", markup=False)
