"""Openly licensed dialogues -> long chats of two people, and questions about them whose answers are known.

Dialogues of one source are strung together as sittings of one chat, months long. Rules turn statements into
questions with a part masked (“I bought a kayak in May” -> “When did Mia buy a boat?”), questions of the chat
into questions about it (“do you have pets?” -> “Which pets does Mia have?”; the reply is the answer), and
words for kinds into questions with several answers (“sports”). Then words are exchanged, left out, or taken
from what was said around, as people ask who do not remember the wording. Nothing of LoCoMo is here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from corpus import NAMES, documents

SOURCES = {"synthetic-persona-chat": 0.8, "self-dialogue": 0.2}
SYNONYMS = """
buy purchase get acquire | kid child son daughter | house home flat apartment place
job work career occupation | car vehicle truck | movie film | mother mom mum parent
father dad parent | doctor physician | begin start | trip travel vacation holiday journey
like enjoy love | friend buddy pal | big large huge | small little tiny | sick ill unwell
fix repair mend | picture photo image | pet animal | dog puppy | cat kitten | cook make prepare
eat have | talk speak chat | see watch | study learn | school college university
teacher instructor professor | money cash savings | boat ship kayak | run jog | bike bicycle cycle
walk hike stroll | wed marry | wife spouse | husband spouse | garden yard plants
happy glad pleased | sad upset unhappy | scared afraid | quit leave resign | try attempt
help assist support | gift present | shop store | town city | book novel | song music tune
game match | win beat | baby newborn | grow raise | move relocate | famous known
beautiful pretty lovely | hard difficult tough | funny hilarious | smart clever | rich wealthy
hobby interest pastime activity | exercise workout training | food meal dish | drink beverage
party celebration event | class course lesson
""".strip()
KINDS = {
    "pets": "dog cat puppy kitten turtle parrot rabbit hamster horse fish snake lizard bird",
    "sports": "soccer football basketball tennis hockey baseball golf swimming volleyball "
    "rugby skating skiing",
    "instruments": "guitar piano violin drums flute cello trumpet banjo saxophone ukulele",
    "foods": "pizza pasta sushi tacos steak burgers chicken salad chocolate cake cheese soup bread",
    "hobbies": "reading hiking painting gardening knitting fishing cooking gaming dancing "
    "singing photography camping",
    "relatives": "mother father sister brother grandmother grandfather aunt uncle cousin wife "
    "husband daughter son",
    "vehicles": "car truck motorcycle bike bicycle van boat motorbike bus",
    "countries": "france italy spain germany japan china mexico canada england ireland australia "
    "india brazil",
    "drinks": "coffee tea beer wine juice soda whiskey lemonade",
    "subjects": "biology math history chemistry physics psychology engineering english art science",
}  # fmt: skip
WHENS = (
    "yesterday|last week|last Friday|two days ago|last month|this morning|last weekend|on Tuesday|"
    "a few weeks ago|last summer|last night|in March|on the 5th of June|three years ago"
).split("|")
PRESENT = frozenset(
    "live work like love enjoy play have want teach collect study run own hate prefer make drive cook "
    "read".split()
)
PAST = frozenset(
    "went bought got made saw met took ate had lost won found wrote built sold started left came "
    "drove flew gave grew taught read ran sang broke fell caught told brought spent worked moved "
    "visited played learned watched adopted graduated studied lived married finished joined tried "
    "cooked baked painted traveled walked".split()
)
TOLD_BY_ANOTHER = 0.15
DATED = 0.12  # questions that name the month
_FILLER = r"(?:(?:well|oh|yes|yeah|no|and|but|so|actually|also|wow|haha|ok|okay|too),?\s+)*"
_OFTEN = r"(?:(?:just|also|really|recently|finally|usually|often|always|actually|once|even|still)\s+)*"
_STATEMENT = re.compile(rf"^{_FILLER}I\s+{_OFTEN}(\w+)\s+(.{{3,120}}?)[.!]*$", re.I)
_CHUNK = re.compile(
    r"\s+(?=(?:in|at|to|from|with|for|on|because|when|after|before|since|and|but|that|where|so|by|near|during|"
    r"last|yesterday|ago|this|three|two|a few)\b)"
)
_ASKS_BY = {
    word: asks
    for asks, words in {
        "Where": "in at to from near",
        "Who": "with",
        "Why": "because so for",
        "When": "last yesterday on this when two three a after before since",
    }.items()
    for word in words.split()
}
_GROUPS = [group.split() for line in SYNONYMS.splitlines() for group in line.split("|")]
_SYNONYMS: dict[str, list[str]] = {}
for _group in _GROUPS:
    for _word in _group:
        _SYNONYMS.setdefault(_word, []).extend(other for other in _group if other != _word)


@dataclass
class Turn:
    """One message; `sitting` counts the dialogues."""

    speaker: int
    text: str
    sitting: int
    at: datetime


@dataclass
class Chat:
    """A chat, and questions with the numbers of the turns that answer; `owner` is who “you” are."""

    names: tuple[str, ...]
    turns: list[Turn] = field(default_factory=list)
    questions: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    owner: int | None = None


def chats(corpus: Path, count: int, rng: random.Random, sittings: int = 24) -> Iterator[Chat]:
    """`count` chats of `sittings` dialogues each, every one of a single source, with their questions."""
    pools = {}
    for source in SOURCES:
        pools[source] = [d for d in documents(corpus / f"{source}.jsonl.zst") if 6 <= len(d["turns"]) <= 40]
        rng.shuffle(pools[source])
    for _ in range(count):
        source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        first, second = rng.sample(NAMES, 2)
        chat = Chat((first, second))
        at = datetime(rng.randrange(2015, 2024), rng.randrange(1, 13), rng.randrange(1, 28), 18)
        for sitting in range(sittings):
            at += timedelta(days=rng.randrange(2, 25), hours=rng.randrange(0, 5))
            swap = rng.random() < 0.5
            for n, turn in enumerate(pools[source][rng.randrange(len(pools[source]))]["turns"]):
                text = re.sub(r"\[[^\]]{0,30}\]", rng.choice(NAMES), turn["text"])
                speaker = (turn["speaker"] != "A") ^ swap
                chat.turns.append(Turn(int(speaker), text, sitting, at + timedelta(minutes=n)))
        ask(chat, rng)
        yield chat


def ask(chat: Chat, rng: random.Random) -> None:
    """Questions of all sorts about a chat; statements may be given a time on the way."""
    found: list[tuple[str, frozenset[int]]] = []
    for number, turn in enumerate(chat.turns):
        name = chat.names[turn.speaker]
        for sentence in re.split(r"(?<=[.!?])\s+", turn.text):
            if (match := _STATEMENT.match(sentence)) and rng.random() < 0.5:
                made = about_statement(chat, number, match, name, rng)
                found += [(made, frozenset([number]))] if made else []
        after = chat.turns[number + 1] if number + 1 < len(chat.turns) else None
        if after and after.sitting == turn.sitting and after.speaker != turn.speaker and rng.random() < 0.5:
            made = about_question(turn.text, chat.names[after.speaker])
            if made and len(after.text.split()) >= 4:
                found.append((made, frozenset([number + 1])))
    found = rng.sample(found, min(len(found), 45))
    asked = [(blurred(text, chat, min(answers), rng), answers) for text, answers in found]
    chat.questions = [
        (named(text, chat, rng), answers) for text, answers in [*asked, *about_kinds(chat, rng)]
    ]


def named(question: str, chat: Chat, rng: random.Random) -> str:
    """The question with the other's name now and then: a part of what is asked about one, another told."""
    if rng.random() >= TOLD_BY_ANOTHER:
        return question
    first, second = chat.names
    return re.sub(rf"\b({first}|{second})\b", lambda m: second if m[1] == first else first, question)


def about_statement(
    chat: Chat, number: int, match: re.Match[str], name: str, rng: random.Random
) -> str | None:
    """A question whose answer is a masked part of “I <verb> …”; None where no rule fits."""
    verb, rest = match[1].lower(), match[2]
    past = verb in PAST or (verb.endswith("ed") and len(verb) > 4)
    if not past and verb not in PRESENT:
        return None
    turn = chat.turns[number]
    parts = _CHUNK.split(rest)
    when = ""
    if past and rng.random() < 0.35:
        when = rng.choice(WHENS)
        sentence = match[0].rstrip(".!")
        turn.text = turn.text.replace(sentence, f"{sentence} {when}", 1)
    masked = rng.randrange(len(parts))
    word = parts[masked].split()[0].lower()
    if when:
        wh, kept = "When", parts
    elif word in _ASKS_BY and masked:
        wh, kept = _ASKS_BY[word], parts[:masked]
    else:
        wh, kept = rng.choice(("What", "What", "Which", "What kind of thing")), parts[1:3]
    from afterself.memory.irregular import base_form

    plain = base_form(verb) if verb in PAST else verb
    if past and plain.endswith("ed"):
        plain = plain[:-3] if len(plain) > 5 and plain[-3] == plain[-4] else plain[:-1]
    tail = re.sub(r"\bmy\b", f"{name}'s" if rng.random() < 0.3 else "their", " ".join(kept[:2]))
    if not tail.split() or tail.split()[0].lower() in ("and", "but", "so"):
        return None
    return f"{wh} {'did' if past else 'does'} {name} {plain} {tail}".strip() + "?"


def about_question(text: str, name: str) -> str | None:
    """The last question of a message, asked of the person who answered it; None if it does not say “you”."""
    last = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
    if not last.endswith("?") or not re.search(r"\byou(r)?\b", last, re.I) or len(last.split()) < 4:
        return None
    if re.search(r"how are you|about you|you too|thank", last, re.I):
        return None
    for pattern, with_name in (
        (r"\b(do) you\b", f"does {name}"), (r"\b(are) you\b", f"is {name}"),
        (r"\b(have) you\b", f"has {name}"), (r"\byour\b", f"{name}'s"), (r"\byou\b", name),
    ):  # fmt: skip
        last = re.sub(pattern, with_name, last, flags=re.I)
    return last


def about_kinds(chat: Chat, rng: random.Random) -> list[tuple[str, frozenset[int]]]:
    """“Which sports does Mia play?”: what each person said of themselves that is of a kind."""
    made = []
    for kind, members in KINDS.items():
        pattern = re.compile(rf"\b(?:{'|'.join(members.split())})s?\b", re.I)
        for speaker, name in enumerate(chat.names):
            answers = frozenset(
                n
                for n, turn in enumerate(chat.turns)
                if turn.speaker == speaker
                and pattern.search(turn.text)
                and re.search(r"\b(I|my|me)\b", turn.text)
            )
            if 0 < len(answers) <= 6 and rng.random() < 0.5:
                verb = rng.choice(
                    ("does {} like", "has {} had", "does {} have", "does {} talk about")
                ).format(name)
                made.append((f"{rng.choice(('What', 'Which'))} {kind} {verb}?", answers))
    return made


def blurred(question: str, chat: Chat, number: int, rng: random.Random) -> str:
    """The question in words that somebody else would use."""
    words = []
    for word in question.split():
        bare = word.strip("?,.'").lower()
        if bare in _SYNONYMS and rng.random() < 0.45:
            word = word.lower().replace(bare, rng.choice(_SYNONYMS[bare]))
        elif len(bare) > 3 and word[0].islower() and rng.random() < 0.12:
            continue
        words.append(word)
    text = " ".join(words).rstrip("?")
    if rng.random() < 0.3:
        near = [n for n in range(number - 3, number + 3) if 0 <= n < len(chat.turns) and n != number]
        near = [n for n in near if chat.turns[n].sitting == chat.turns[number].sitting]
        borrowed = [w for n in near for w in re.findall(r"\b[a-z]{5,}\b", chat.turns[n].text)]
        if borrowed:
            text += f" {rng.choice(('about', 'for', 'with'))} {rng.choice(borrowed)}"
    if rng.random() < DATED:
        text += f" in {chat.turns[number].at:%B %Y}"
    return text + "?"
