"""A base -> how often it repeats the right one of three numbered sources word for word and sets its mark.

Each trial shows two worked examples and then three sentences with numbers and a question for one of them, in
the turn format. Right is that sentence and its number, and nothing else; greedy, so that the same base gives
the same. The trials are put together by rule from words that were written for this.
"""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from afterself.models.turns import Header, Line, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from afterself.models.chat_engine import ChatEngine

TRIALS = 60
PASSES_FROM = 0.8
"""Lower end of the 95 % interval of right trials from which a base passes: 55 of 60."""
_SPARE_TOKENS = 8
_SEED = 6
_THINGS = (
    "red umbrella, old radio, blue bicycle, garden key, brass clock, wooden ladder, green suitcase, "
    "bread knife, wool blanket, fishing rod, paper map, chess board, glass lamp, leather bag, iron kettle, "
    "silver spoon, piano stool, birthday cake, train ticket, school photograph"
).split(", ")
_PLACES = (
    "in the cellar, behind the kitchen door, under the stairs, on the top shelf, beside the stove, "
    "in the shed, at my sister's house, in the blue box, on the window sill, next to the front door"
).split(", ")
_WHEN = (
    "on Tuesday, last winter, before the wedding, in the summer of 1987, after the storm, two days ago, "
    "on my birthday, in March, the night we moved, at Easter"
).split(", ")
_WHO = "Martha, Uncle Peter, the postman, our neighbour, Helen, the baker, Daniel, my cousin".split(", ")
_FORMS = (
    "I left the {thing} {place} {when}.",
    "{who} found the {thing} {place} {when}.",
    "{when}, {who} brought me the {thing} and put it {place}.",
    "The {thing} stood {place} until {who} sold it {when}.",
    "I looked for the {thing} {when}, and it was {place} all the time.",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Three sources, a question for one of them, and the reply that is right."""

    asked: tuple[str, ...]
    quote: str
    number: int

    @property
    def reply(self) -> str:
        return f'"{self.quote}" [{self.number}]'


@dataclass(frozen=True, slots=True)
class Copying:
    """Of `trials`: the quote whole and exact; the right mark and no other; and `right`, only these two."""

    trials: int
    copied: int
    cited: int
    right: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share that is right."""
        n, z = self.trials, 1.96
        share = self.right / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def passed(self) -> bool:
        """Whether the base may write prose that rests on numbered sources."""
        return self.interval[0] >= PASSES_FROM


def trials(count: int = TRIALS) -> list[Trial]:
    """The trials, the same every time; the question names a thing that only one source tells of."""
    rng = random.Random(_SEED)
    made = []
    for _ in range(count):
        things, places = rng.sample(_THINGS, 3), rng.sample(_PLACES, 3)
        quotes = []
        for thing, place in zip(things, places, strict=True):
            form, when, who = rng.choice(_FORMS), rng.choice(_WHEN), rng.choice(_WHO)
            text = form.format(thing=thing, place=place, when=when, who=who)
            quotes.append(text[0].upper() + text[1:])
        number = rng.randrange(1, 4)
        sources = (f"[{n}] {quote}" for n, quote in enumerate(quotes, 1))
        question = f"What is written about the {things[number - 1]}?"
        made.append(Trial((*sources, question), quotes[number - 1], number))
    return made


def copying_of(engine: ChatEngine, tell: Callable[[int], None] = lambda done: None) -> Copying:
    """Put all trials to a base; `tell` hears of each that is done."""
    *asked, second, first = trials(TRIALS + 2)
    shown = [turn for example in (first, second) for turn in _turns(example)]
    copied = cited = right = 0
    for done, trial in enumerate(asked, 1):
        reply = _reply(engine, shown, trial)
        one, two, both = judged(reply, trial)
        copied, cited, right = copied + one, cited + two, right + both
        tell(done)
    return Copying(len(asked), copied, cited, right)


def judged(reply: str, trial: Trial) -> tuple[bool, bool, bool]:
    """(the quote stands in it, its mark is the only one, and there is nothing else but quotation marks)."""
    bare = " ".join(re.sub(r"[\"“”]", " ", reply).split())
    marks = re.findall(r"\[(\d+)\]", reply)
    return trial.quote in bare, marks == [str(trial.number)], bare == f"{trial.quote} [{trial.number}]"


def _turns(trial: Trial) -> list[Turn]:
    asked = Turn(False, tuple(Line("visitor", line) for line in trial.asked))
    return [asked, Turn(True, (Line("owner", trial.reply),))]


def _reply(engine: ChatEngine, shown: Sequence[Turn], trial: Trial) -> str:
    """What the base answers; "" if not even the trial alone fits into what it reads."""
    room = len(engine.tokenize(trial.reply)) + _SPARE_TOKENS
    for start in range(0, len(shown) + 1, 2):
        turns = [*shown[start:], _turns(trial)[0]]
        prompt = engine.tokenizer.encode_prompt(Header(), turns, False)
        if len(prompt) + room <= engine.n_ctx:
            with contextlib.closing(
                engine.generate(prompt, max_tokens=room, temperature=0.0, seed=1)
            ) as pieces:
                return "".join(pieces)
    return ""
