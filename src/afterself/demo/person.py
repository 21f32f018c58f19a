"""Who the demo persons are: what to ask them, what to say to them, by what right they are here.

Hester Norkus, 1936-2022, signalwoman; fictional, every message written by hand (ABOUT.md), bundled.
Samuel Johnson, 1709-1784; real and long dead, read from the edition that the visitor downloads. The
questions and turns are what a visitor without a terminal sees played.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.home.declaration import Declaration

ALLOW = ("archive", "train", "talk")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to meet. Nothing in what they said answers the last of `facts`."""

    key: str
    name: str
    right: str
    intro: str
    facts: tuple[str, ...]
    """Asked right after the import."""

    turns: tuple[str, ...]
    """Said to them when nobody sits at a terminal."""

    @property
    def folder(self) -> Path:
        """Where their self is kept unless the visitor says otherwise."""
        return Path("demo-self" if self.key == "hester" else f"{self.key}-self")


HESTER = DemoPerson(
    key="hester",
    name="Hester Norkus",
    right="fictional",
    intro="Hester Norkus, retired signalwoman, 1936 to 2022, fictional",
    facts=(
        "Why did you call your cat Distant?",
        "How do you make your plum jam?",
        "Which football team do you support?",
    ),
    turns=(
        "Good morning! How are you?",
        "I am coming by on Sunday, shall I bring a cake?",
        "It is raining here again.",
        "Why do you swear by Beeching?",
        "Sleep well.",
    ),
)

JOHNSON = DemoPerson(
    key="johnson",
    name="Samuel Johnson",
    right="steward",
    intro="Samuel Johnson, lexicographer, 1709 to 1784, as James Boswell wrote him down",
    facts=(
        "What did you say about the noblest prospect?",
        "What do you think of Voltaire?",
        "Which football team do you support?",
    ),
    turns=(
        "Good evening, Sir. Shall we go to the Mitre?",
        "I have read a new book, and I did not like it.",
        "Is it right, Sir, to live in the country?",
        "You are severe upon the Scotch, Sir.",
        "I wish you a good night, Sir.",
    ),
)

PERSONS = {person.key: person for person in (HESTER, JOHNSON)}


def is_demo_person(declared: Declaration) -> bool:
    """Whether a self was declared as that of a demo person; all of them are dead."""
    return any((one.name, one.right) == (declared.name, declared.right) for one in PERSONS.values())


def chats() -> Path:
    """The folder of Hester's exported chats."""
    return Path(str(files("afterself.demo"))) / "chats"
