"""A conversation with a self: what the visitor says goes in, a reply comes out.

A question for a fact of the owner's life is answered by memory: quotes with date, person and thread, or why
there is none. Words of acute distress are answered by no persona. Everything else is written by the owner's
weights at temperature 1 and comes out marked as generated; sentences of it that claim a fact are held
against the records (`grounding.py`). The visitor's words live in this object only. Knows nothing of
terminals or HTTP.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING
from typing import Self as Own

from afterself.archive.audiences import OWNER
from afterself.errors import UsageError
from afterself.home.folder import Self
from afterself.models.chat_engine import ChatEngine
from afterself.models.turns import Header, Line, Turn, messages_of
from afterself.persona.engine import REPLY_TOKENS, open_engine, prompt_room
from afterself.persona.listeners import find_name, header_for
from afterself.persona.prompts import fitting_prompt
from afterself.policy import View, open_view, require_consent

if TYPE_CHECKING:
    from afterself.memory.ask import Answer, Memory
    from afterself.memory.declining import Declined
    from afterself.memory.follow_ups import FollowUps, Meant
    from afterself.memory.names import NameBook
    from afterself.persona.grounding import Checked, Grounding, Mode
    from afterself.persona.moments import AsOf

VISITOR = "visitor"
ANOTHER_SEED = 1_000_003
QUOTED = 10
"""Records that a question of fact is answered from."""
SILENT = "…"
"""Stands for a reply in which nothing was written."""

OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """Memory's answer to a question of fact: quotes, or none. Its question is the one that was meant: of
    “How old is he?” that with the name (`memory.follow_ups`).

    Not `quoted`: nothing may be shown to this visitor verbatim, and memory was not asked. `declined` says
    why the owner has no answer: never said, said by somebody else, after the last record.
    """

    answer: Answer
    quoted: bool = True
    declined: Declined | None = None

    @property
    def recorded(self) -> bool:
        """True if something was found that answers."""
        return self.answer.recorded and self.declined is None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply that the weights wrote in the owner's manner. It is never a record.

    `stopped`: the visitor broke it off; these are the messages until then. `checked` are those of its
    sentences that claim a fact, each with the record that carries it or as a guess.
    """

    messages: tuple[str, ...]
    generated: bool = True
    stopped: bool = False
    checked: tuple[Checked, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SteppedOut:
    """The visitor spoke of acute distress: plain words of the software's, in their language."""

    message: str
    language: str


Reply = Fact | Spoken | SteppedOut


@dataclass
class Talk:
    """An open conversation; close it, or use it as a context manager."""

    home: Self
    engine: ChatEngine | None
    """None where nothing is generated."""
    view: View
    header: Header
    owner: str
    temperature: float = 1.0
    seed: int | None = None
    listener: str | None = None
    moment: AsOf | None = None
    audience: str = OWNER
    answers: Mode = "grounded"
    turns: list[Turn] = field(default_factory=list)
    history: list[tuple[str, Reply]] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        self_: Self,
        *,
        to: str | None = None,
        as_of: str | None = None,
        temperature: float = 1.0,
        seed: int | None = None,
        audience: str = OWNER,
        answers: Mode = "grounded",
    ) -> Own:
        """Load the newest weights of a self that may talk; none where all answers are quotes.

        `to` is who the owner takes the visitor for; by default the contact with the most direct messages.
        `as_of` is the date at whose end memory stops. `audience` is who listens: of what it may not see
        nothing is quoted, and the weights know nothing. `answers`: what may answer, see `grounding.Mode`.
        Raises NotAllowed if talking was not declared, ModelError if weights are wanted and there are none,
        UsageError if a name or date cannot be understood.
        """
        require_consent(self_, "talk")
        with contextlib.ExitStack() as opened:
            quotes_alone = answers == "recorded"
            engine = None if quotes_alone else opened.enter_context(open_engine(self_, audience))
            view = opened.enter_context(_memory_of(self_, audience))
            talk = cls(
                self_, engine, view, Header(), view.owner_name(), temperature, seed,
                audience=audience, answers=answers,
            )  # fmt: skip
            talk.begin(to=to, as_of=as_of)
            self_.audit_use("talk opened")
            opened.pop_all()
        return talk

    @cached_property
    def memory(self) -> Memory:
        """Retrieval over what may be seen; made when the first question is asked."""
        from afterself.memory.ask import Memory

        return Memory(self.view)

    @cached_property
    def _follow_ups(self) -> FollowUps:
        """What the words of this conversation have left to lean on."""
        from afterself.memory.follow_ups import FollowUps

        return FollowUps()

    def _names(self) -> NameBook:
        """The names of the people of the archive, where memory was asked before."""
        from afterself.memory.names import NameBook

        return self.memory.names if "memory" in self.__dict__ else NameBook([])

    @cached_property
    def grounding(self) -> Grounding:
        """What holds generated sentences against the records; made with the first of them."""
        from afterself.persona.grounding import Grounding

        return Grounding(self.view, self.memory)

    def begin(self, *, to: str | None = None, as_of: str | None = None) -> None:
        """Begin a new conversation with another listener or at another date; what is not named stays.

        An empty `as_of` goes back to the end of the archive. What was said before is no context any more.
        Raises UsageError, and changes nothing, if the name or the date cannot be understood.
        """
        from afterself.persona.moments import read_as_of

        listener = find_name(self.view, to) if to is not None else self.listener
        moment = self.moment if as_of is None else read_as_of(as_of) if as_of.strip() else None
        view = _memory_of(self.home, self.audience, moment.until if moment else None)
        try:
            if moment is not None and not view.threads():
                raise UsageError(f"Nothing is recorded up to {moment.shown}.", remedy="Name a later date.")
            header = header_for(view, listener, moment.month if moment else None)
        except BaseException:
            view.close()
            raise
        self.view.close()
        for made in ("memory", "grounding", "_follow_ups"):
            self.__dict__.pop(made, None)
        self.view, self.header, self.listener, self.moment = view, header, listener, moment
        self.turns.clear()

    def say(self, text: str, on_text: OnText | None = None) -> Reply:
        """The visitor says `text`; `on_text` receives the generated reply piece by piece, and "" before.

        KeyboardInterrupt while it is written ends this reply only: what was passed on so far is the reply.
        """
        with self._all_or_nothing():
            reply = self._answer(text, on_text)
            self.history.append((text, reply))
        return reply

    def retry(self, on_text: OnText | None = None) -> Reply | None:
        """Another reply to the visitor's last words, in the place of the last one; None if there is none.

        Quotes, and words of distress, have no other reply.
        """
        said, last = self.history[-1] if self.history else ("", None)
        if not isinstance(last, Spoken) or self.engine is None:
            return None
        kept = list(self.turns)
        with self._all_or_nothing():
            if not (last.stopped and not last.messages):
                del self.turns[-2:]
            reply = self._write(self.engine, said, on_text)
            if reply.stopped and not reply.messages:
                self.turns[:] = kept
            else:
                self.history[-1] = (said, reply)
        return reply

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """What is broken off inside was not said: no turn of it is context, and no reply is lost."""
        turns, history = list(self.turns), list(self.history)
        try:
            yield
        except BaseException:
            self.turns[:], self.history[:] = turns, history
            raise

    def _answer(self, text: str, on_text: OnText | None) -> Reply:
        # Imported at the first word: a talk that begins at once shall not wait for them.
        from afterself.memory.ask import Answer
        from afterself.memory.asked_of_software import asks_what_it_is
        from afterself.memory.declining import Declined
        from afterself.persona.distress import STEPPED_OUT, language_of_distress
        from afterself.persona.questions import asks_for_a_fact, unaddressed

        language = language_of_distress(text, self.owner)
        if language is not None:
            return SteppedOut(STEPPED_OUT[language].format(name=self.owner), language)
        if asks_what_it_is(text) or asks_what_it_is(unaddressed(text, self.owner)):
            return Fact(Answer(text, (), 0.0), declined=Declined("software"))
        meant = self._follow_ups.meant(text, self._names())
        of_facts = meant.of_nothing or asks_for_a_fact(meant.question, self.owner)
        if self.engine is None or (self.answers == "grounded" and of_facts):
            return self._remember(meant)
        self._follow_ups.heard(text, self._names())
        return self._write(self.engine, text, on_text)

    def _remember(self, meant: Meant) -> Fact:
        """Memory's answer to a question as it is meant, or why the owner has none."""
        from afterself.memory.ask import Answer
        from afterself.memory.declining import Declined, declined, last_known

        if not self.view.quotes:
            return Fact(Answer(meant.question, (), 0.0), quoted=False)
        last = last_known(self.view)
        if meant.of_nothing:
            return Fact(Answer(meant.question, (), 0.0), declined=Declined("never", last=last))
        answer = self.memory.ask(meant.question, k=QUOTED)
        self._follow_ups.asked(meant.question, answer, self._names())
        return Fact(answer, declined=declined(answer, last))

    def _write(self, engine: ChatEngine, text: str, on_text: OnText | None) -> Spoken:
        asked = Turn(False, tuple(Line(VISITOR, part) for part in text.splitlines() if part.strip()))
        content, stopped = self._generate(engine, [*self.turns, asked], on_text)
        messages = tuple(messages_of(content))
        if not stopped:
            messages = messages or (SILENT,)
        if messages:
            self.turns += [asked, Turn(True, tuple(Line(self.owner, m) for m in messages))]
        try:
            checked = self._checked(messages)
        except KeyboardInterrupt:  # what was written was seen: it stays, and nothing of it was looked up
            checked, stopped = _unchecked(messages, "it was not looked up to the end"), True
        return Spoken(messages, stopped=stopped, checked=checked)

    def _checked(self, messages: tuple[str, ...]) -> tuple[Checked, ...]:
        """What of a reply claims a fact. To a visitor who may not be quoted to, nothing is looked up."""
        return self.grounding.check(messages) if self.view.quotes else _unchecked(messages)

    def _generate(self, engine: ChatEngine, turns: list[Turn], on_text: OnText | None) -> tuple[str, bool]:
        """What the weights write after `turns`, and whether the visitor stopped it."""
        seed = self.seed
        if seed is not None:
            self.seed = seed + 1
        room = prompt_room(engine)
        prompt = fitting_prompt(engine.tokenizer, self.header, turns, room)
        written: list[str] = []
        try:
            if on_text is not None:
                on_text("")
            with contextlib.closing(self._pieces(engine, prompt, seed)) as pieces:
                for piece in pieces:
                    written.append(piece)
                    if on_text is not None:
                        on_text(piece)
        except KeyboardInterrupt:
            return "".join(written), True
        return "".join(written), False

    def _pieces(self, engine: ChatEngine, prompt: list[int], seed: int | None) -> Generator[str, None, None]:
        from afterself.persona.restraint import restrained

        def write(so_far: str, turn: int) -> Generator[str, None, None]:
            ids = engine.tokenize(so_far)
            left = min(REPLY_TOKENS, engine.n_ctx - len(prompt)) - len(ids)
            if left < 1:
                return
            chosen = None if seed is None else seed + turn * ANOTHER_SEED
            with contextlib.closing(
                engine.generate([*prompt, *ids], max_tokens=left, temperature=self.temperature, seed=chosen)
            ) as pieces:
                yield from pieces

        yield from restrained(write, self._owner_wrote)

    def _owner_wrote(self, word: str) -> bool:
        """Whether a word stands in the owner's own words."""
        found = self.view.many([id for id, _ in self.view.match(f'"{word}"', 50)])
        return any(word.casefold() in record.own_text.casefold() for record in found.values())

    def close(self) -> None:
        """Free the engine and the archive, and forget what was said."""
        if self.engine is not None:
            self.engine.close()
        self.view.close()
        self.turns.clear()
        self.history.clear()

    def __enter__(self) -> Own:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unchecked(messages: tuple[str, ...], why: str = "") -> tuple[Checked, ...]:
    """What of a reply claims a fact, all of it guesses."""
    from afterself.persona.grounding import Checked, claims_a_fact, sentences_of

    return tuple(Checked(one, None, why) for one in sentences_of(messages) if claims_a_fact(one))


def _memory_of(self_: Self, audience: str, until: datetime | None = None) -> View:
    """The view of what may be quoted to an audience; of one that is not quoted to, what it may see."""
    view = open_view(self_, "retrieve", audience, until)
    if not view.quotes:
        return view
    view.close()
    return open_view(self_, "quote", audience, until)
