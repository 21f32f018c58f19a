"""What a visitor types -> what stands on the screen: replies, and the commands that begin with “/”.

One sitting is one visit to a self. What is typed is kept in memory until the visitor leaves and is
written nowhere. How a reply is made is the persona's business, how it is laid out `reply_writer.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from afterself.archive.near_names import did_you_mean, mistyped_names
from afterself.archive.plain import terminal_text
from afterself.cli.moments import shown_moment
from afterself.cli.reply_writer import GUTTER, STOPPED, ReplyWriter
from afterself.errors import AfterselfError

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.persona.talk import Reply, Talk

COMMANDS = {
    "to": "/to NAME       whom the self takes you for; without a name, who that is now",
    "as-of": "/as-of DATE    memory only up to then (2016, 2016-05, 2016-05-03); without a date, all of it",
    "retry": "/retry         another reply to what you said last",
    "history": "/history       all that was said here; it is kept in memory only",
    "help": "/help          this list",
    "bye": "/bye           leave; so do /quit, Ctrl-C and Ctrl-D. Ctrl-C during a reply stops that reply",
}
_LEAVE = frozenset({"bye", "quit", "exit"})
_COMMAND = re.compile(r"/([A-Za-z][A-Za-z_-]*)(?:\s+(.*))?", re.S)
QUOTES = 2
"""Most quotes for one question."""
MOST_QUOTED = 160
"""Characters of the record that a generated sentence rests on."""


@dataclass
class Sitting:
    """A visit: the conversation and the screen that it is shown on."""

    talk: Talk
    out: Console
    rhythm: bool = False
    _turns: list[tuple[int, str]] = field(default_factory=list)
    """Where another conversation began: after how many replies, and what was told of it."""

    def take(self, typed: str) -> bool:
        """Do what was typed: a command, or words for the self. False when the visitor leaves."""
        typed = typed.strip()
        command = _COMMAND.fullmatch(typed)
        if not typed:
            return True
        if command is None:
            self.say(typed)
            return True
        name, rest = command[1].lower().replace("_", "-"), (command[2] or "").strip()
        if name in _LEAVE:
            return False
        doing: dict[str, Callable[[], None]] = {
            "to": lambda: self.speak_to(rest),
            "as-of": lambda: self.go_to(rest),
            "retry": self.retry,
            "history": self.show_history,
            "help": self.show_help,
        }
        if name in doing:
            try:
                doing[name]()
            except AfterselfError as error:
                self.note(str(error))
        elif self._in_distress(typed):
            self.say(typed)
        else:
            near = [f"/{one}" for one in mistyped_names(name, COMMANDS, 1)]
            hint = did_you_mean(near) or "/help lists the commands."
            self.note(f"There is no command /{name}. {hint}")
        return True

    def echo(self, said: str) -> None:
        """Show what the visitor said, as theirs; nothing for an empty line."""
        if said := said.strip():
            self.show(f"you › {terminal_text(said, one_line=True)}")

    def show(self, text: str, style: str = "") -> None:
        """Print a line of the talk that is no reply; only a terminal folds it."""
        self.out.print(Text(text, style=style), soft_wrap=not self.out.is_terminal)

    def _in_distress(self, typed: str) -> bool:
        """A slip of the key before words of distress makes no command of them."""
        from afterself.persona.distress import language_of_distress

        return language_of_distress(typed, self.talk.owner) is not None

    def say(self, text: str) -> Reply | None:
        """Say `text` to the self and print what comes back, labelled for what it is; None if broken off."""
        return self._printed(lambda on_text: self.talk.say(text, on_text))

    def retry(self) -> None:
        """Another reply in the place of the last."""
        reply = self._printed(self.talk.retry)
        if reply is None and not (self.talk.history and _generated(self.talk.history[-1][1])):
            self.note("There is no generated reply to write again.")

    def _printed(self, answer: Callable[[Callable[[str], None]], Reply | None]) -> Reply | None:
        writer = ReplyWriter(self.out, self.talk.owner, rhythm=self.rhythm)
        try:
            reply = answer(writer.piece)
        except KeyboardInterrupt:  # while memory was being asked
            self.note(STOPPED)
            return None
        if reply is not None:
            if _generated(reply):
                writer.finish(stopped=getattr(reply, "stopped", False))
                self._show_checked(reply)
            else:
                self._show_unspoken(reply, self.talk.history[-1][0])
        return reply

    def speak_to(self, name: str) -> None:
        """Be taken for somebody else; without a name say for whom."""
        if name:
            self.talk.begin(to=name)
            self._turn(f"{self.who()}. A new conversation begins.")
        else:
            self.note(f"{self.who()}. /to NAME changes it.")

    def go_to(self, date: str) -> None:
        """Let memory end at a date; without one, at the end of the archive."""
        self.talk.begin(as_of=date)
        moment = self.talk.moment
        if moment is None:
            self._turn("Memory reaches to the end of the archive again. A new conversation begins.")
        else:
            learnt = "" if self.talk.engine is None else "; the weights learnt from later words too"
            self._turn(f"Memory ends with {moment.shown}{learnt}. A new conversation begins.")

    def who(self) -> str:
        """For whom the visitor is taken."""
        to = self.talk.header.to
        return f"You are taken for: {to[0][0] if to else 'somebody'}"

    def show_history(self) -> None:
        """Everything said in this sitting, each reply with its label and notes, and where another began."""
        if not self.talk.history:
            self.note("Nothing was said yet.")
        for number, (said, reply) in enumerate(self.talk.history):
            self._show_turns_after(number)
            self.echo(said)
            if _generated(reply):
                writer = ReplyWriter(self.out, self.talk.owner)
                messages: tuple[str, ...] = getattr(reply, "messages", ())
                writer.piece("\n".join(message.replace("\n", "\n ") for message in messages))
                writer.finish(stopped=getattr(reply, "stopped", False))
                self._show_checked(reply)
            else:
                self._show_unspoken(reply, said)
        self._show_turns_after(len(self.talk.history))

    def _show_turns_after(self, number: int) -> None:
        for after, told in self._turns:
            if after == number:
                self.note(told)

    def _turn(self, told: str) -> None:
        """Another conversation begins: said now, and again in the history."""
        self._turns.append((len(self.talk.history), told))
        self.note(told)

    def show_help(self) -> None:
        """What can be typed besides words for the self."""
        for line in COMMANDS.values():
            self.show(line, style="dim")

    def _show_unspoken(self, reply: Reply, said: str) -> None:
        """Quotes of records, or the software's own words: nothing that the weights wrote.

        Where a question was taken to mean more than its words (“How old is he?”), that stands before.
        """
        from afterself.cli.ask_command import show_answer
        from afterself.persona.talk import Fact, SteppedOut

        if isinstance(reply, Fact) and reply.answer.question != said:
            self.note(f"taken as: {reply.answer.question}")
        if isinstance(reply, Fact) and not reply.quoted:
            self.note("What was said may not be quoted to you, and facts are not made up.")
        elif isinstance(reply, Fact):
            show_answer(reply.answer, self.out, most=QUOTES, why=reply.declined, owner=self.talk.owner)
        elif isinstance(reply, SteppedOut):
            self.out.print(
                Text(f"[software] {terminal_text(reply.message)}"), soft_wrap=not self.out.is_terminal
            )

    def _show_checked(self, reply: Reply) -> None:
        """The records that generated sentences rest on, and that the others are guesses; marked as theirs."""
        from afterself.memory.excerpt import excerpt

        checked = getattr(reply, "checked", ())
        cited = [one for one in checked if one.by is not None]
        for one in cited:
            when = shown_moment(one.by.said_at, one.by.precision)
            quote = excerpt(one.by.text, one.sentence, most=MOST_QUOTED, lines=2).text
            who = one.by.author or "unknown"
            self._beside_the_reply(f"“{one.sentence}” rests on {when}, {who}: “{quote}” ({one.by.id})")
        if len(cited) < len(checked):
            what = "what else is claimed here" if cited else "what is claimed here"
            self._beside_the_reply(f"a guess, not recorded: {what}")

    def _beside_the_reply(self, told: str) -> None:
        told = terminal_text(told, one_line=True)
        width = max(self.out.width - 1 - len(GUTTER), 1)
        for line in wrap(told, width) if self.out.is_terminal else [told]:
            self.out.print(Text(GUTTER + line, style="dim"), soft_wrap=True)

    def note(self, text: str) -> None:
        """A word of the software's about the talk, told from any reply."""
        self.show(f"[{terminal_text(text)}]", style="dim")


def _generated(reply: Reply) -> bool:
    from afterself.persona.talk import Spoken

    return isinstance(reply, Spoken)
