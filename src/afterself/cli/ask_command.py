"""`afterself ask`: what was really said about something, as pasted quotes with date, person and thread."""

from __future__ import annotations

from dataclasses import asdict, replace
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.filter_options import (
    KindOption,
    PersonOption,
    SinceOption,
    ThreadOption,
    UntilOption,
    filters_of,
)
from afterself.cli.moments import shown_moment
from afterself.cli.places import show_places, who_and_where
from afterself.cli.reading import json_lines, text_of
from afterself.cli.shell import app, console, echo_json, open_self, with_self
from afterself.cli.source_option import SourceOption
from afterself.errors import UsageError
from afterself.home.counting import counted
from afterself.home.moments import utc_text
from afterself.memory.shown import NOTHING_FOUND

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory import Answer, Context, Hit
    from afterself.memory.declining import Declined

_MOST_BEFORE = 300
LOOKED_AT = 10
"""Records that an answer is chosen from, where no number is given."""
AFTER = "Nothing is recorded after {last}."
_EXAMPLE = '{"id": 1, "question": "Where did you grow up?"}'


@app.command()
def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", help="What you want to know; “-” reads it from standard input."),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            "-k",
            metavar="N",
            min=1,
            max=1000,
            help="How many records to show; by default those near the best of ten.",
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Ask each line of a file, {“question”: …} with an optional “id”; “-” is standard input. "
            "Answers are JSON, one a line, in order.",
        ),
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Show the nearest records even if they hardly answer it.")
    ] = False,
    person: PersonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    thread: ThreadOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Ask what was said. Quotes with date, person and conversation; nothing is made up.

    Example: afterself ask "Where did you learn to swim?"
    """
    question = " ".join(words) if words else None
    if (question is None) == (file is None):
        raise UsageError(
            "Give either a question or --file.", remedy='For example: afterself ask "Where did you grow up?"'
        )
    from afterself.memory import Memory
    from afterself.memory.declining import declined, last_known
    from afterself.memory.upkeep import keep_up
    from afterself.policy import open_view

    self_ = open_self()
    if question is not None:
        question = (text_of("-") if question == "-" else question).strip()
        if not question and not as_json:
            raise UsageError(
                "The question is empty.", remedy='For example: afterself ask "Where did you grow up?"'
            )
    if file is not None:
        asked = json_lines(file, needs="question", kind=str, example=_EXAMPLE)
    else:
        asked = [{"question": question}]
    keep_up(self_)
    with open_view(self_, "quote", audience) as view:
        if question is not None and not as_json and not view.threads():
            next_step = with_self("Nothing was imported yet: afterself import PATH")
            console().print(f"{NOTHING_FOUND} {next_step}", markup=False)
            return
        filters = filters_of(view, person, since, until, thread, source, kind)
        memory, last = Memory(view), last_known(view)
        for line in asked:
            answer = memory.ask(line["question"], k or LOOKED_AT, filters)
            why = declined(answer, last)
            if as_json or file is not None:
                echo_json({**({"id": line["id"]} if "id" in line else {}), **_json(answer, why)})
            else:
                owner = view.owner_name()
                known = audience != "owner" or any(person.is_owner for person in view.people())
                show_answer(
                    answer, console(), nearest=nearest, every=k is not None, why=why, owner=owner,
                    owner_known=known,
                )  # fmt: skip


def _json(answer: Answer, why: Declined | None) -> dict[str, Any]:
    return {
        "question": answer.question,
        "answerable": round(answer.answerable, 4),
        "declined": None
        if why is None
        else {
            "reason": why.reason,
            "by": why.by.id if why.by else None,
            "who": why.who or None,
            "last_record": utc_text(why.last) if why.last else None,
        },
        "hits": [
            {
                "id": hit.id,
                "source_key": hit.source_key,
                "text": hit.text,
                "score": hit.score,
                "author": hit.author,
                "is_owner": hit.is_owner,
                "said_at": utc_text(hit.said_at) if hit.said_at else None,
                "precision": hit.precision,
                "thread": hit.thread,
                "thread_title": hit.thread_title,
                **({"passage": list(hit.passage)} if hit.passage else {}),
                **({"quoted": True} if hit.quoted else {}),
                **({"corrects": hit.corrects} if hit.corrects else {}),
                **({"corrected_by": hit.corrected_by} if hit.corrected_by else {}),
                "also_in": [asdict(place) for place in hit.also_in],
            }
            for hit in answer.hits
        ],
    }


def show_answer(
    answer: Answer,
    out: Console,
    *,
    nearest: bool = False,
    every: bool = False,
    most: int | None = None,
    why: Declined | None = None,
    owner: str = "",
    owner_known: bool = True,
) -> None:
    """Print an answer: at most `most` quotes of the owner (then no others'), or why there is none.

    `why` comes from `memory.declining`. Where somebody else's words come nearest, that is said first, with
    their quotes; few quotes are theirs alone, a whole list goes on with the owner's. Unless `every` quote is
    wanted, the list ends where the evidence falls off.
    """
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.memory import own_words_first
    from afterself.memory.shown import worth_showing

    if why is not None and why.reason == "software":
        out.print(Text(terminal_text(software(owner), one_line=True)), markup=False)
        if not nearest:
            return
    elif why is not None and why.reason == "after" and why.last is not None:
        out.print(AFTER.format(last=shown_moment(why.last, "day")), markup=False)
        if not nearest:
            _offer_nearest(answer, most)
            return
    elif not answer.recorded:
        out.print(NOTHING_FOUND)
        if not nearest:
            _offer_nearest(answer, most)
    if not answer.recorded and not nearest:
        return
    if not (every or nearest):
        found, answer = len(answer.hits), replace(answer, hits=tuple(worth_showing(answer.hits)))
        if found > len(answer.hits) and most is None:
            more = counted(found - len(answer.hits), "record comes", "records come")
            console(stderr=True).print(f"{more} less near: -k {found} shows all.", markup=False)
    leading: list[Hit] = []
    if why is not None and why.reason == "other":
        missing = f"The nearest words are not {owner or 'the owner'}'s."
        if not owner_known:
            missing = f"Nobody is known to be the owner: {with_self('afterself people me NAME')}\n"
        leading = _show_others(answer, why, out, missing, most)
        if most is not None:
            return
    hits = own_words_first([hit for hit in answer.hits if hit not in leading])
    own = [hit for hit in hits if hit.own or hit.by_named or hit.answers]
    quoted = {hit.context_before.id for hit in own if hit.context_before}
    others = [hit for hit in hits if hit not in own and hit.id not in quoted]
    own = [hit for hit in own if hit.own or hit.id not in quoted]
    if most is not None:
        own, others = own[:most] or others[:most], []
    if leading and own:
        out.print("Further off:")
    for hit in own:
        _quote(hit, answer.question, out)
    if others:
        out.print("Others said:")
        for hit in others:
            _quote(hit, answer.question, out)


def _offer_nearest(answer: Answer, most: int | None) -> None:
    """Where an answer ends without quotes, and `ask` has some: how to see them."""
    if answer.hits and most is None:
        console(stderr=True).print("--nearest shows the records that come nearest.")


def software(owner: str) -> str:
    """What it says of itself where it is asked what it is."""
    name = owner or "the owner"
    return (
        f"This is a program: it finds and quotes what {name} wrote, and in a talk writes in their manner. "
        f"It is not {name}."
    )


def _show_others(answer: Answer, why: Declined, out: Console, missing: str, most: int | None) -> list[Hit]:
    """Say what is `missing`, and quote others: `most` of them, or all of who is nearest."""
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    for line in f"{missing} {why.who or 'Somebody else'} said:".split("\n"):
        out.print(Text(terminal_text(line.strip(), one_line=True)), markup=False)
    theirs = [hit for hit in answer.hits if not hit.is_owner and (most is not None or hit.author == why.who)][
        :most
    ]
    for hit in theirs:
        _quote(hit, answer.question, out)
    return theirs


def _quote(hit: Hit, question: str, out: Console) -> None:
    from rich.text import Text

    from afterself.cli.excerpts import cut_note, shown_excerpt
    from afterself.memory.excerpt import excerpt

    place = who_and_where(hit.author, hit.thread_title)
    when = shown_moment(hit.said_at, hit.precision)
    clock = " UTC" if ":" in when else ""
    out.print(Text(f"{when}{clock} · {place}", style="bold"), markup=False)
    before = hit.context_before
    if before is not None:
        _aside(before, "asked" if before.text.rstrip().endswith("?") else "said", question, out)
    shown = excerpt(hit.text, question)
    out.print(Text(indent(f"“{shown_excerpt(shown)}”", "  ")), markup=False)
    if shown.cut:
        out.print(Text(cut_note(shown, hit.text, hit.id), style="dim"), markup=False, soft_wrap=True)
    if hit.quoted:
        out.print(Text("  Quoted here: somebody else's words.", style="dim"), markup=False)
    if hit.reply_after is not None:
        _aside(hit.reply_after, "said next", question, out)
    if hit.corrects is not None:
        out.print(
            Text(f"  This puts right what was said before ({hit.corrects}).", style="dim"), markup=False
        )
    if hit.corrected_by is not None:
        out.print(Text(f"  Put right by {hit.corrected_by}.", style="dim"), markup=False)
    show_places(hit.also_in, out)
    out.print()


def _aside(beside: Context, verb: str, question: str, out: Console) -> None:
    """What somebody said beside a quote, in short."""
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.cli.excerpts import shown_excerpt
    from afterself.memory.excerpt import excerpt

    part = excerpt(beside.text, question, most=_MOST_BEFORE, lines=3)
    said = f"{terminal_text(beside.author or 'Somebody')} {verb}: {shown_excerpt(part)}"
    out.print(Text(indent(said, "  "), style="dim"), markup=False)
