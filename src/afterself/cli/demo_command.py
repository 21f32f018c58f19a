"""`afterself demo`: the whole road with somebody who is not you, from exported chats to a conversation."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.shell import app, console, interactive
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.demo import DemoPerson
    from afterself.home.folder import Self
    from afterself.training.preflight import Preflight


REPLIES = 100
"""Held-out replies that the demo measures on; `evaluate` takes all it finds, up to 300."""


@app.command()
def demo(
    quick: Annotated[
        bool, typer.Option("--quick", help="Talk at once, with weights that come with the package.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where the demo self is kept (default: demo-self)."),
    ] = None,
    person: Annotated[
        str,
        typer.Option(metavar="NAME", help="hester, who is bundled, or johnson, who needs --from."),
    ] = "hester",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Boswell's Life of Johnson: Project Gutenberg's text 1564."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Train anew even if that was done before.")] = False,
    epochs: Annotated[
        float | None,
        typer.Option(metavar="N", help="Most passes over the messages; 1 where the machine is slow."),
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Same seed, same replies.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Wait for nobody: play the visitor's words too, then end.")
    ] = False,
) -> None:
    """Meet a fictional person: import, ask, train, measure, talk.

    Everything happens on this machine. Without a terminal it plays its turns and ends.

    With --person johnson it is Samuel Johnson, out of the book that you downloaded.

    \b
    Example: afterself demo --quick
             afterself demo
             afterself demo --person johnson --from pg1564.txt
    """
    who = _chosen(person, source, quick)
    if quick and (again or epochs is not None):
        raise UsageError(
            "--quick trains nothing, so --again and --epochs have no meaning with it.",
            remedy="To train: afterself demo",
        )
    tour = Tour(who, folder or who.folder, source, quick=quick, waits=interactive() and not yes)
    self_ = tour.meet()
    tour.ask(self_)
    if quick:
        tour.take_shipped(self_)
    else:
        tour.train(self_, again, epochs)
        tour.measure(self_)
    tour.talk(self_, seed)
    tour.goodbye()


def _chosen(name: str, source: Path | None, quick: bool) -> DemoPerson:
    """The person of that name; UsageError if the options do not fit them."""
    from afterself.demo import JOHNSON, PERSONS
    from afterself.demo.johnson import PLACE, TEXT

    if name not in PERSONS:
        raise UsageError(
            f"“{name[:40]}” is nobody of the demo.", remedy=f"Choose one of: {', '.join(PERSONS)}."
        )
    person = PERSONS[name]
    if person is JOHNSON and source is None:
        raise UsageError(
            f"Samuel Johnson is read from {TEXT}, which is not in this package.",
            remedy=f"Get “Plain Text UTF-8” from {PLACE}, then: "
            "afterself demo --person johnson --from pg1564.txt",
        )
    if person is JOHNSON and quick:
        raise UsageError(
            "Weights come with the package for Hester Norkus only.", remedy="Leave --quick or --person out."
        )
    if person is not JOHNSON and source is not None:
        raise UsageError("--from is for --person johnson.", remedy="Leave it out, or add --person johnson.")
    return person


class Tour:
    """One walk down the road: numbered stops on the screen, with the time they took."""

    def __init__(
        self, person: DemoPerson, folder: Path, source: Path | None = None, *, quick: bool, waits: bool
    ) -> None:
        self.person = person
        self.folder = folder
        self.source = source
        self.quick = quick
        self.waits = waits
        self.out: Console = console()
        self._started = time.monotonic()
        self._stop = 0

    def meet(self) -> Self:
        """Make the self and import the chats."""
        from afterself.demo.road import make, read_chats

        if self.source is not None:
            return self._meet_in_a_book(self.source)
        self._heading("Import: seven WhatsApp exports of a fictional person")
        self_ = make(self.folder, self.person)
        found = read_chats(self_)
        first, last = (f"{moment:%B %Y}" if moment else "?" for moment in (found.first, found.last))
        self._say(
            f"{self.person.intro}. {counted(found.threads, 'chat')} with "
            f"{counted(found.people - 1, 'person', 'people')}, "
            f"{first} to {last}: {counted(found.new, 'new message')}, {found.same:,} known already."
        )
        return self_

    def _meet_in_a_book(self, source: Path) -> Self:
        from afterself.demo.johnson import life, read_life
        from afterself.demo.road import make

        self._heading("Import: a book, turn by turn")
        book = life(source)
        self_ = make(self.folder, self.person)
        found = read_life(self_, book)
        self._say(
            f"{self.person.intro}. {found.threads} scenes and letters with "
            f"{counted(found.people - 1, 'person', 'people')}: "
            f"{counted(found.new, 'new turn')}, {found.same:,} known already."
        )
        return self_

    def ask(self, self_: Self) -> None:
        """Questions, answered by quotes or by an honest nothing."""
        from afterself.cli.ask_command import show_answer
        from afterself.memory.ask import Memory
        from afterself.policy import open_view

        self._heading("Ask: quotes of what was really said, or an honest nothing. No training needed")
        with open_view(self_, "retrieve") as view:
            memory = Memory(view)
            for number, question in enumerate(self.person.facts):
                self.out.print(f"\n› {question}", style="bold", markup=False)
                show_answer(memory.ask(question, 5), self.out, most=2)
                if number == 0:
                    self._dim(f"(first cited answer after {self._elapsed:.1f} s)")

    def train(self, self_: Self, again: bool, epochs: float | None) -> None:
        """Weights of one's own, with what they write on the way."""
        from afterself.archive.plain import terminal_text
        from afterself.cli.progress import ProgressLine
        from afterself.demo.road import learn
        from afterself.home.jobs import Progress

        self._heading("Train: a small language model learns this manner of writing")
        err = console(stderr=True)

        def sample(text: str) -> None:
            err.print(f"  [generated] {terminal_text(text, one_line=True)}", markup=False)

        with ProgressLine(err) as line:
            weights, fresh = learn(
                self_,
                Progress(line.tell, interval=0.5),
                again=again,
                told=self._tell_training,
                on_sample=line.sample if line.moves else sample,
                epochs=epochs,
            )
        if not fresh:
            self._say("That was done here before; --again trains anew.")
        if weights.bits_base is not None and weights.bits_weights is not None:
            self._say(
                f"On messages kept back to know when to stop training: {weights.bits_base:.2f} bits per "
                f"byte under the untouched base, {weights.bits_weights:.2f} under the weights. "
                "Fewer is closer."
            )

    def _tell_training(self, told: Preflight) -> None:
        from afterself.cli.progress import duration

        self._say(
            f"{counted(told.owner_messages, 'message')}, {told.tokens_per_epoch:,} tokens, at most "
            f"{told.settings.epochs:g} passes, on {told.device} with "
            f"{counted(told.threads, 'thread')}: at most {duration(told.seconds)}. After each half "
            "pass it writes something, to watch it learn."
        )

    def measure(self, self_: Self) -> None:
        """The likeness page, on messages that no training saw; samples too, for nobody here is private."""
        from afterself.cli.evaluate_command import figure
        from afterself.cli.progress import ProgressLine
        from afterself.fidelity import evaluate
        from afterself.fidelity.evaluation import PAGE
        from afterself.home.jobs import Progress
        from afterself.training.weights import MANIFEST, require_weights

        self._heading("Measure: how much like them is it, on messages that it never saw?")
        page, made = self_.reports_dir / PAGE, require_weights(self_).path / MANIFEST
        if page.is_file() and page.stat().st_mtime > made.stat().st_mtime:
            self._say(f"That was done here before. Page: {self.folder / page.relative_to(self_.path)}")
            return
        with ProgressLine(console(stderr=True)) as line:
            done = evaluate(self_, None, Progress(line.tell, interval=0.5), most=REPLIES, samples=True)
        reading = done.likeness.reading
        self._say("Bits per byte of what was really said; fewer is closer, in brackets the 95 % interval.")
        self._say("Other messages than the ones kept back in training, so the base gets another figure.")
        self._say(f"  {figure(reading.base)}  the untouched base")
        self._say(f"  {figure(reading.witten_bell)}  a model that only counts letters")
        self._say(f"  {figure(reading.weights)}  the weights")
        self._say(f"Verbatim copies of its training, the gate says: {done.likeness.copying.verdict}")
        self._say(f"Sentences that a person would write, the gate says: {done.likeness.typicality.verdict}")
        self._say(f"Page: {self.folder / page.relative_to(self_.path)}")

    def take_shipped(self, self_: Self) -> None:
        """The weights that come with the package, or better ones if they were trained here before."""
        from afterself.demo.shipped import take
        from afterself.training.weights import SHIPPED

        weights, _ = take(self_)
        self._heading("Weights: trained on these chats before")
        if SHIPPED not in weights.settings:
            self._say("They were trained here, by this demo.")
        elif weights.bits_base is not None and weights.bits_weights is not None:
            self._say(
                f"An adapter of {(weights.path / (weights.gguf or '')).stat().st_size / 1e6:.1f} MB that "
                f"comes with the package. Messages that it was not trained on: {weights.bits_base:.2f} bits "
                f"per byte under the untouched base, {weights.bits_weights:.2f} under it. Fewer is closer."
            )

    def talk(self, self_: Self, seed: int | None) -> None:
        """A conversation: with the visitor at the terminal, or played."""
        from afterself.cli.talk_commands import answer, at_a_terminal, introduction
        from afterself.persona.talk import Talk

        self._heading("Talk")
        with Talk.open(self_, seed=seed if self.waits else (seed or 0)) as conversation:
            self._dim(f"(ready to talk after {self._elapsed:.0f} s)")
            if self.waits:
                at_a_terminal(conversation)
                return
            self._dim(introduction(conversation))
            for said in self.person.turns:
                self.out.print(f"\nyou › {said}", markup=False)
                answer(conversation, said, self.out)

    def goodbye(self) -> None:
        """What can be done next, with this self and with one's own chats."""
        self._heading("And you")
        program = _program()
        again = f"{program} --self {shlex.quote(str(self.folder))}"
        lines = [
            "This self again:",
            f'  {again} ask "{self.person.facts[1]}"',
            f"  {again} talk",
            *(["See it trained, which takes some minutes:", f"  {program} demo"] if self.quick else []),
            "Your own chats (in WhatsApp: open a chat, then More, Export chat, Without media):",
            f'  {program} --self my-self new --name "Your Name" --right mine --allow archive,train,talk',
            f'  {program} --self my-self import "WhatsApp Chat with Anna.zip" --me "Your Name"',
            f"  {program} --self my-self train",
            f"  {program} --self my-self talk",
        ]
        for line in lines:
            self._say(line)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _heading(self, text: str) -> None:
        self._stop += 1
        self.out.print(f"\n── {self._stop}  {text} ", style="bold cyan", markup=False)

    def _say(self, text: str) -> None:
        self.out.print(text, markup=False)

    def _dim(self, text: str) -> None:
        self.out.print(text, style="dim", markup=False)


def _program() -> str:
    """How this program is called here: by its path where it is not on the search path."""
    called = Path(sys.argv[0])
    on_path = called.stem != "afterself" or shutil.which("afterself") is not None
    return "afterself" if on_path else shlex.quote(sys.argv[0])
