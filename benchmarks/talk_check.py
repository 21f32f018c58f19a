"""What the check of generated sentences adds to a reply of `talk`, in CPU milliseconds.

    PYTHONPATH=src python benchmarks/talk_check.py SELF [--replies 40]

Each reply is written for a turn that asks for no fact, with a fixed seed; the time of `Grounding.check` is
taken apart from that of writing. The first reply stands alone: it loads the memory. Prints no words.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from this_machine import header

TURNS = (
    "Good morning! How are you?",
    "I am coming by on Sunday, shall I bring a cake?",
    "It is raining here again.",
    "I was in the garden all day.",
    "The train was late, as always.",
    "Sleep well.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("self", type=Path)
    parser.add_argument("--replies", type=int, default=40)
    given = parser.parse_args()
    from afterself.home.folder import Self
    from afterself.persona.grounding import Grounding
    from afterself.persona.talk import Talk

    spent: list[float] = []
    claims: list[int] = []
    plain = Grounding.check

    def timed(self: Grounding, messages: tuple[str, ...]) -> object:
        began = time.process_time()
        found = plain(self, messages)
        spent.append(1000 * (time.process_time() - began))
        claims.append(len(found))
        return found

    Grounding.check = timed  # type: ignore[method-assign, assignment]
    whole: list[float] = []
    with Talk.open(Self.open(given.self), seed=1, answers="free") as talk:
        for n in range(given.replies):
            began = time.process_time()
            talk.say(TURNS[n % len(TURNS)])
            whole.append(1000 * (time.process_time() - began))
    checked = [ms for ms, n in zip(spent[1:], claims[1:], strict=True) if n]
    print(header())
    print(f"{given.replies} replies; CPU ms, median (range)")
    print(f"first reply: {whole[0]:.0f}, of it the check, which loads the memory: {spent[0]:.0f}")
    for name, values in (
        ("a whole reply", whole[1:]),
        ("of it the check", spent[1:]),
        (f"the check of the {len(checked)} replies with a sentence that claims a fact", checked or [0.0]),
    ):
        print(f"{name}: {statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})")


if __name__ == "__main__":
    main()
