"""How often a message's language is told wrongly: py3langid alone, and with the prior of author and thread.

    AFTERSELF_SHARED=../shared PYTHONPATH=src python benchmarks/languages_of_short_texts.py

One language: the messages of real English writers (../shared/persons), where any other answer is wrong. Two
languages: such a writer who also writes German or Spanish in one thread of ten, with hand-written messages
of the kind that chats are full of. In doubt counts apart from wrong. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import json
import math
import os
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from afterself.archive.languages import NO_WORDS
from afterself.importers.languages import Prior, _author_prior, _identifier, _words, language_of
from this_machine import header

PERSONS = Path(os.environ.get("AFTERSELF_SHARED", "../shared")) / "persons"
WRITERS = (("duraspace", "tdonohue"), ("duraspace", "mhwood"), ("duraspace", "mdiggory"), ("pepys", "Pepys"),
           ("johnson", "Johnson"))  # fmt: skip
MOST, SEED = 800, 7
GERMAN = """ok|ja|nein|bis morgen|ich komme gleich|bin im Zug|wann kommst du?|hab dich lieb|gute Nacht
danke dir|passt|alles klar|kein Problem|was machst du?|bin um sechs da|kannst du Brot mitbringen?
mir egal|guck mal|wo bist du|schlaf gut|keine Ahnung|das war schön heute|ruf mich an|ich bin müde|so ein Mist
na toll|viel Glück!|gern|lol|haha|komm gut heim|freu mich|tut mir leid|weiß nicht|kommt drauf an
wie war dein Tag?|noch nicht|gleich|bitte|stimmt"""
SPANISH = """ok|sí|no|hasta mañana|ya voy|estoy en el tren|¿cuándo vienes?|te quiero|buenas noches|gracias
vale|de acuerdo|no pasa nada|¿qué haces?|llego a las seis|¿puedes traer pan?|me da igual|mira esto
dónde estás|que descanses|ni idea|qué bonito fue hoy|llámame|estoy cansada|qué rollo|genial|mucha suerte
con gusto|lol|jaja|llega bien|me alegro|lo siento|no sé|depende|¿cómo fue tu día?|todavía no|ahora|por favor
es verdad"""


def interval(hits: int, of: int) -> str:
    """A share with Wilson's interval, in percent."""
    if not of:
        return "–"
    z, p = 1.96, hits / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)
    return f"{100 * p:5.2f} % [{100 * max(low, 0.0):.2f}, {100 * high:.2f}] of {of:,}"


def alone(texts: Iterable[str]) -> list[str]:
    """What py3langid says of each text, among the same languages."""
    return [str(_identifier()[0].classify(text)[0]) for text in texts]


def with_prior(threads: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """What Afterself says of each text of an author's threads, as at an import."""
    sample = [words for thread in threads for text in thread if len(words := _words(text)) >= 16]
    author = _author_prior({}, sample[:: max(1, len(sample) // 600)])
    told = []
    for thread in threads:
        prior = Prior(author)
        here = []
        for text in thread:
            here.append(language_of(text, prior))
            prior.saw(here[-1] or NO_WORDS)
        told.append(here)
    return told


def one_language() -> None:
    """Real writers of English."""
    for channel, author in WRITERS:
        lines = (PERSONS / f"{channel}.jsonl").read_text(encoding="utf-8").splitlines()
        said = [row["text"] for row in map(json.loads, lines) if author in row["author"]][:MOST]
        texts = [text for text in said if _words(text)]
        told = dict(zip(texts, with_prior([texts])[0], strict=True))
        for name, part in (("all", texts), ("under 20 characters", [t for t in texts if len(t) < 20])):
            plain = sum(language != "en" for language in alone(part))
            ours = Counter(told[text] for text in part)
            wrong = sum(n for language, n in ours.items() if language not in ("en", None))
            print(
                f"{author:10} {name:20} alone wrong {interval(plain, len(part))}; "
                f"with prior wrong {interval(wrong, len(part))}, in doubt {interval(ours[None], len(part))}"
            )


def two_languages() -> None:
    """English in nine threads, another language in the tenth."""
    lines = (PERSONS / "duraspace.jsonl").read_text(encoding="utf-8").splitlines()
    english = [row["text"] for row in map(json.loads, lines) if row["author"] == "tdonohue"]
    english = [text for text in english if _words(text) and len(text) < 80]
    for code, written in (("de", GERMAN), ("es", SPANISH)):
        other = [text.strip() for line in written.splitlines() for text in line.split("|")]
        random.Random(SEED).shuffle(other)
        threads = [*(english[n * 40 : (n + 1) * 40] for n in range(9)), other]
        ours = with_prior(threads)
        plain = sum(language != code for language in alone(other))
        found = Counter(ours[-1])
        wrong = sum(n for language, n in found.items() if language not in (code, None))
        spilled = sum(language not in ("en", None) for thread in ours[:-1] for language in thread)
        print(
            f"en + {code}    {code}: alone wrong {interval(plain, len(other))}; with prior wrong "
            f"{interval(wrong, len(other))}, in doubt {interval(found[None], len(other))}; "
            f"en: wrong {interval(spilled, sum(map(len, threads[:-1])))}"
        )


if __name__ == "__main__":
    print(header())
    one_language()
    two_languages()
