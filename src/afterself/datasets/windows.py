"""A conversation and a context length -> training examples: windows over its bursts.

Each target is supervised in exactly one window, with as much of what was said before it as fits.
A window that cannot start with its conversation gives at least half of its tokens to what came
before, so that no reply is learned out of the blue. Nothing is thrown away: of context that does not
fit whole the latest messages stay, and a burst of the owner longer than a window is cut into pieces,
each after the words before it. How turns become token ids is the business of `models.tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from afterself.datasets.bursts import Burst
from afterself.datasets.conversations import Conversation
from afterself.models.tokens import TurnTokenizer
from afterself.models.turns import Header, Line, Turn, turn_text

LEAST_CONTEXT = 64
"""A context shorter than this has no room for a header, a question and an answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids with their targets, the records they are made of, and the size of the targets.

    `owner_bytes` counts the UTF-8 bytes of the supervised words plus one for each burst that ends
    here (its end mark); `bursts` and `messages` count what of the owner's ends here.
    """

    ids: list[int]
    supervised: list[bool]
    thread: str
    records: tuple[str, ...]
    owner_bytes: int
    bursts: int = 1
    messages: int = 1


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A burst as ids: `lead` tokens of mark and role, `given` ones already said, then targets to `end`."""

    ids: list[int]
    lead: int
    given: int
    end: int

    def __len__(self) -> int:
        return len(self.ids)

    def mask(self, supervised: bool) -> list[bool]:
        return [supervised and self.lead + self.given <= n < self.end for n in range(len(self.ids))]


def windows(
    conversation: Conversation,
    tokenizer: TurnTokenizer,
    context: int,
    *,
    targets: Collection[int] | None = None,
) -> Iterator[Example]:
    """The examples of a conversation, none longer than `context` tokens.

    `targets` are the positions of the bursts to supervise, all of the owner's when None.
    """
    if context < LEAST_CONTEXT:
        raise ValueError(f"a context of {context} tokens is too short; at least {LEAST_CONTEXT} are needed")
    wanted = sorted(conversation.targets if targets is None else targets)
    yield from _Windows(conversation, tokenizer, context).over(wanted)


class _Windows:
    """One conversation, encoded burst by burst as it is needed."""

    def __init__(self, conversation: Conversation, tokenizer: TurnTokenizer, context: int) -> None:
        self.conversation = conversation
        self.bursts = conversation.bursts
        self.tokenizer = tokenizer
        self.context = context
        self._whole: dict[int, _Encoded] = {}
        self._heads: dict[Header, list[int]] = {}
        self._prefix = len(tokenizer.encode_example(Header(), (), conversation.group)[0])

    def over(self, targets: Sequence[int]) -> Iterator[Example]:
        """Windows from left to right; `covered` bursts have been seen as targets or between them."""
        covered = n = 0
        while n < len(targets):
            first = last = targets[n]
            room = self.context if covered == 0 else self.context // 2
            while n + 1 < len(targets) and self._joins(covered, targets[n + 1], room):
                n += 1
                last = targets[n]
            if self._length(first, last) > self.context:
                yield from self._pieces(first)
            else:
                yield self._window(first, last, targets)
            covered, n = last + 1, n + 1

    def _joins(self, covered: int, target: int, room: int) -> bool:
        """Whether a window that is new from `covered` on may reach to `target` within `room` tokens."""
        length = self._length(covered, target)
        return length <= self.context and length - len(self._head(self.bursts[covered : target + 1])) <= room

    def _window(self, first: int, last: int, targets: Sequence[int]) -> Example:
        inside = self.bursts[first : last + 1]
        before = self._before(first, inside, sum(len(self._encoded(k)) for k in range(first, last + 1)))
        ids = [*self._head([*before, *inside]), *(i for b in before for i in self._encode(b).ids)]
        mask = [False] * len(ids)
        for k in range(first, last + 1):
            ids += self._encoded(k).ids
            mask += self._encoded(k).mask(k in targets)
        ends = [self.bursts[k] for k in range(first, last + 1) if k in targets]
        return self._example(ids, mask, [*before, *inside], sum(map(target_bytes, ends)), ends)

    def _before(self, first: int, inside: Sequence[Burst], taken: int) -> list[Burst]:
        """What was said before burst `first`, as much as fits beside `taken` tokens of `inside`."""
        before: list[Burst] = []

        def fits(extra: Burst, tokens: int | None = None) -> bool:
            tokens = len(self._encode(extra)) if tokens is None else tokens
            return len(self._head([extra, *before, *inside])) + tokens + taken <= self.context

        for k in range(first - 1, -1, -1):
            burst, tokens = self.bursts[k], len(self._encoded(k))
            if not fits(burst, tokens):
                tail = _latest(burst, fits, cut_text=not before)
                return [tail, *before] if tail else before
            before.insert(0, burst)
            taken += tokens
        return before

    def _pieces(self, target: int) -> Iterator[Example]:
        """A burst longer than a window, in pieces: each sees a quarter of a window before it."""
        burst, encoded = self.bursts[target], self._encoded(target)
        head, lead = self._head([burst]), encoded.ids[: encoded.lead]
        content = encoded.ids[encoded.lead : encoded.end]
        keep, total, counted = self.context // 4, target_bytes(burst), 0
        start = encoded.given
        while start < len(content):
            said = content[max(0, start - keep) : start]
            room = self.context - len(head) - len(lead) - keep
            end = self._border(content, start, start + room)
            done = end == len(content)
            before = [] if said else self._before(target, [burst], len(lead) + end - start)
            ids = [
                *(self._head([*before, burst]) if before else head),
                *(i for b in before for i in self._encode(b).ids),
                *lead,
                *said,
            ]
            mask = [False] * len(ids) + [True] * (end - start)
            ids += content[start:end]
            words = content[encoded.given : end]
            upto = total if done else min(total - 1, len(self.tokenizer.decode(words).encode()))
            yield self._example(ids, mask, [*before, burst], upto - counted, [burst] if done else [])
            start, counted = end, upto

    def _border(self, content: Sequence[int], start: int, limit: int) -> int:
        """The end of a piece: the last border of messages in its second half, else the limit itself."""
        if limit >= len(content):
            return len(content)
        for end in range(limit, start + (limit - start) // 2, -1):
            if self.tokenizer.decode([content[end - 1]]).endswith("\n"):
                return end
        return limit

    def _length(self, first: int, last: int) -> int:
        tokens = sum(len(self._encoded(k)) for k in range(first, last + 1))
        return len(self._head(self.bursts[first : last + 1])) + tokens

    def _head(self, shown: Sequence[Burst]) -> list[int]:
        """The ids of the header over these bursts; of too many people the first that fit in a third."""
        header = self.conversation.header(shown)
        if header not in self._heads:
            fitting = header
            while len(ids := self._turns(fitting, ())) > self.context // 3 and fitting != Header():
                fitting = replace(fitting, to=fitting.to[:-1]) if fitting.to else Header()
            self._heads[header] = ids
        return self._heads[header]

    def _encoded(self, k: int) -> _Encoded:
        if k not in self._whole:
            self._whole[k] = self._encode(self.bursts[k])
        return self._whole[k]

    def _encode(self, burst: Burst) -> _Encoded:
        ids, mask = self.tokenizer.encode_example(Header(), (burst.turn,), self.conversation.group)
        ids, mask = ids[self._prefix :], mask[self._prefix :]
        if not burst.owner:
            return _Encoded(ids, 0, 0, 0)
        lead = mask.index(True)
        end = len(mask) - mask[::-1].index(True)
        given = 0
        if burst.given:
            said = turn_text(Turn(True, burst.turn.lines[: burst.given]), group=False)
            new = turn_text(Turn(True, burst.turn.lines[burst.given :]), group=False)
            tokens = self.tokenizer.encode_text(said + "\n")
            ids = [*ids[:lead], *tokens, *self.tokenizer.encode_text(new), *ids[end - 1 :]]
            given, end = len(tokens), len(ids) - (len(mask) - end)
        return _Encoded(ids, lead, given, end)

    def _turns(self, header: Header, turns: Sequence[Turn]) -> list[int]:
        return self.tokenizer.encode_example(header, turns, self.conversation.group)[0]

    def _example(
        self, ids: list[int], mask: list[bool], shown: Sequence[Burst], size: int, ends: Sequence[Burst]
    ) -> Example:
        return Example(
            ids=ids,
            supervised=mask,
            thread=self.conversation.thread,
            records=tuple(dict.fromkeys(record for burst in shown for record, _ in burst.records)),
            owner_bytes=size,
            bursts=len(ends),
            messages=sum(len(burst.turn.lines) - burst.given for burst in ends),
        )


def target_bytes(burst: Burst) -> int:
    """UTF-8 bytes of the words that are targets in a burst, plus one for its end mark."""
    new = Turn(burst.owner, burst.turn.lines[burst.given :])
    return len(turn_text(new, group=False).encode("utf-8", "replace")) + 1


def _latest(burst: Burst, fits: Callable[[Burst], bool], *, cut_text: bool) -> Burst | None:
    """The latest messages of a burst that fit; with `cut_text` at least the end of its last one."""
    count = len(burst.turn.lines)
    kept = _most(count, lambda n: fits(_from(burst, count - n)))
    if kept:
        return _from(burst, count - kept)
    if not cut_text:
        return None
    last, text = _from(burst, count - 1), burst.turn.lines[-1].text

    def ending(length: int) -> Burst:
        line = Line(burst.turn.lines[-1].author, text[len(text) - length :])
        return replace(last, turn=Turn(burst.owner, (line,)))

    length = _most(len(text), lambda n: fits(ending(n)))
    word = text.find(" ", len(text) - length) + 1 if 0 < length < len(text) else 0
    if word and text[word:].strip() and fits(ending(len(text) - word)):
        length = len(text) - word
    return ending(length) if length else None


def _from(burst: Burst, first: int) -> Burst:
    turn = Turn(burst.owner, burst.turn.lines[first:])
    return replace(burst, turn=turn, records=burst.records[first:])


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The greatest n <= limit that fits, 0 if none, found with few questions: less fits where more does."""
    low, high = 0, 1
    while high < limit and fits(high):
        low, high = high, high * 2
    high = min(high, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
