"""Who the demo person is: her chats inside the package, what to ask her, what to say to her.

Hester Norkus, 1936-2022, signalwoman; fictional, every message written by hand (ABOUT.md). The
questions and turns are what a visitor without a terminal sees played.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAME = "Hester Norkus"

RIGHT = "fictional"
ALLOW = ("archive", "train", "talk")

FACTS = (
    "Why did you call your cat Distant?",
    "How do you make your plum jam?",
    "Which football team do you support?",
)
"""Asked right after the import; nothing in her chats answers the last one."""

TURNS = (
    "Good morning! How are you?",
    "I am coming by on Sunday, shall I bring a cake?",
    "It is raining here again.",
    "Why do you swear by Beeching?",
    "Sleep well.",
)
"""Said to her when nobody sits at a terminal."""


def chats() -> Path:
    """The folder of her exported chats."""
    return Path(str(files("afterself.demo"))) / "chats"
