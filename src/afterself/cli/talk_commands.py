"""`talk`: a conversation in the terminal. `reply`: replies for given contexts, for measuring."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, cast

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.completions import contacts
from afterself.cli.shell import app, console, echo_json, interactive, open_self, require_records
from afterself.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.persona.grounding import Mode
    from afterself.persona.talk import Reply, Talk

_EXAMPLE = '{"context": [{"author": "Anna", "text": "coming?"}]}'


def _spread(temperature: float) -> float:
    if not 0 <= temperature <= 5:
        raise UsageError(
            f"A temperature of {temperature:g} cannot work; choose one from 0 to 5.",
            remedy="1 is the person's own spread of words.",
        )
    return temperature


def _mode(answers: str) -> str:
    modes = ("recorded", "grounded", "free")
    if answers not in modes:
        raise UsageError(f"There is no “--answers {answers}”.", remedy=f"Choose one of: {', '.join(modes)}.")
    return answers


Temperature = Annotated[
    float,
    typer.Option(metavar="0..5", callback=_spread, help="1 is the person's own spread of words."),
]


@app.command()
def talk(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="NAME", autocompletion=contacts, help="Whom the self takes you for."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Memory only up to then, such as 2016-05.")
    ] = None,
    rhythm: Annotated[
        bool,
        typer.Option("--rhythm/--no-rhythm", help="At a terminal, pause between the messages of a reply."),
    ] = True,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Same seed, same replies.")] = None,
    temperature: Temperature = 1.0,
    answers: Annotated[
        str,
        typer.Option(
            metavar="recorded|grounded|free",
            callback=_mode,
            help="Quotes alone; facts by quotes, the rest generated; or all generated. Guesses are marked.",
        ),
    ] = "grounded",
    audience: AudienceOption = "owner",
) -> None:
    """Talk with the self. Facts come as quotes; the rest is generated, and says so.

    What you say is kept in memory until you leave and is never stored. Reads standard input when it is
    not a terminal, one message a line, each shown again before its answer. /help lists what can be done
    meanwhile. With --answers recorded it needs no weights.

    Example: afterself --self ./my-self talk --to Anna
    """
    from afterself.persona.talk import Talk

    _never_fail_on_characters()
    self_ = open_self()
    require_records(self_, "talk with")
    with Talk.open(
        self_,
        to=to,
        as_of=as_of,
        temperature=temperature,
        seed=seed,
        audience=audience,
        answers=cast("Mode", answers),
    ) as conversation:
        if interactive():
            at_a_terminal(conversation, rhythm=rhythm)
        else:
            from afterself.cli.talk_sitting import Sitting

            sitting = Sitting(conversation, console())
            sitting.show(introduction(conversation).partition("\n")[0], style="dim")
            for line in sys.stdin:
                sitting.echo(line)
                if not sitting.take(line):
                    return


def _never_fail_on_characters() -> None:
    """Bytes that are no text, and characters that the terminal lacks, become replacement marks."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def at_a_terminal(conversation: Talk, *, rhythm: bool = True) -> None:
    """Read what the visitor types until they leave."""
    from rich.text import Text

    from afterself.cli.talk_sitting import Sitting

    sitting = Sitting(conversation, console(), rhythm)
    sitting.out.print(Text(introduction(conversation), style="dim"))
    with _line_editing():
        while True:
            try:
                typed = input("you › ")
            except (EOFError, KeyboardInterrupt):
                sitting.out.print()
                return
            if not sitting.take(typed):
                return


@contextmanager
def _line_editing() -> Iterator[None]:
    """Line editing and history with the arrow keys, in memory only and emptied at the end."""
    try:
        import readline
    except ImportError:  # a Python that was built without it
        yield
        return
    try:
        yield
    finally:
        readline.clear_history()


def introduction(conversation: Talk) -> str:
    """What a visitor must know before the first word."""
    from afterself.archive.plain import terminal_text

    listener = conversation.header.to[0][0] if conversation.header.to else "somebody"
    ends = f" Memory ends with {conversation.moment.shown}." if conversation.moment else ""
    what = (
        "Whatever you say is answered with quotes of what was recorded; nothing is generated."
        if conversation.engine is None
        else "A small language model trained on their messages writes in their manner; its words are marked "
        "[generated] and are no record. Questions about their life are answered with quotes."
    )
    return (
        f"This is not {terminal_text(conversation.owner)}. {what}{ends}\n"
        "What you type stays in memory until you leave: it is stored nowhere and nothing is trained on it.\n"
        f"You are taken for: {terminal_text(listener)} (/to NAME changes it). /help lists more, /bye leaves."
    )


def answer(conversation: Talk, said: str, out: Console) -> Reply | None:
    """Say `said` to the self and print what comes back, labelled for what it is."""
    from afterself.cli.talk_sitting import Sitting

    return Sitting(conversation, out).say(said)


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
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, max=1000, help="Replies for each context.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Same seed, same replies.")] = 0,
    temperature: Temperature = 1.0,
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line a context.")] = False,
) -> None:
    """Write replies to given contexts, for measuring. They are generated, no records.

    Example: afterself --self ./my-self reply --file contexts.jsonl -n 2 --seed 1 --json
    """
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.cli.reading import json_lines, shown_source
    from afterself.models.turns import messages_of
    from afterself.persona.replies import generate_replies

    contexts = json_lines(file, needs="context", kind=list, example=_EXAMPLE)
    out = console()
    replies = generate_replies(
        open_self(),
        contexts,
        n=n,
        seed=seed,
        temperature=temperature,
        where=shown_source(file),
        audience=audience,
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
                out.print(Text(f"[generated] {shown}"))
