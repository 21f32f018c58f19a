"""Does a visitor ask for a fact of the owner's life? Then memory answers, not the model.

A rule, not a model: a question (with its mark, or that begins like one) of the owner's life, by “you”, their
name, or a question word, that holds a content word or a date; and “tell me about …”. Small talk (“How are
you?”) and offers (“Would you like some tea?”) go to the weights. A wrong yes costs a “nothing was found”; a
wrong no would cost an invented fact, so the rule leans to yes. English, German, French and Spanish.
"""

from __future__ import annotations

import re

from afterself.memory.names import NameBook
from afterself.memory.personal.asking import personal
from afterself.memory.question import read_question

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FACT_WORDS = frozenset(
    "who whom whose when where which what why how "
    "wer wem wen wann wo wohin welche welcher welches was warum wie "
    "qui quand où quel quelle quels quelles pourquoi combien "
    "quién quien cuándo cuando dónde donde cuál cual qué cuánto cuántos".split()
)
_PAST = frozenset("did was were had has avait était étaient hatte hatten war waren hast habt".split())
_AUXILIARIES = frozenset(
    "do does did have has had is are was were can could will would should tell remember "
    "hast habt haben bist sind warst waren kannst erzähl as avez es êtes tienes has eres".split()
)
_OWNER_WORDS = frozenset(
    "you your yours yourself du dir dich dein deine deinen deiner deinem ihr euch "
    "tu te toi ton ta tes vous votre vos tú ti tus usted su".split()
)
_FILLER = re.compile(r"^\W*(?:(?:and|so|but|well|ok|okay|please|oh|then|now|also|und|also|et|y)\b\W*)+", re.I)
_TELL = re.compile(
    r"^\W*((please )?(tell|talk to|remind) (me|us)( (a bit|a little|something|more|again|everything|all))*"
    r" (about|of|how|what|when|where|why|who)\b"
    r"|(talk|something) about\b|describe\b"
    r"|(do|can) you (know|say)( anything| something)? (about|what|who|when|where)\b"
    r"|(i|we)('d| would)? (want|like|love) to (know|hear)( (a bit|a little|something|more))* "
    r"(about|of|how|what|when|where|why|who)\b)",
    re.I,
)
_EXCLAIMS = re.compile(
    r"^\W*(what an? |who (knows|cares)\b"
    r"|(where|when|what|how|why|while) (i|we|he|she|they|there|it|the|that)\b"
    r"|how (?!(are|is|was|were|do|does|did|can|could|long|many|much|old|often|far|come|big|tall|about)\b))",
    re.I,
)
"""Begins as a question and is none, where no question mark says so."""
_SMALL_TALK = re.compile(
    r"^\W*(hi|hello|hey|good (morning|evening|night|afternoon))?\W*"
    r"(and )?(how (are|have|is|were) (you|things|life|it)( (been|doing|going|keeping|feeling))?"
    r"|what('s| is) (up|new)|how('s| is) (it going|life|everything)"
    r"|what are you (doing|up to)|are you (there|ok|okay|well|alright|all right|busy|awake))"
    r"( (today|tonight|now|there|then|lately|this (morning|evening|week)))*\W*$",
    re.I,
)
_OFFER = re.compile(
    r"^\W*(and |so |but |well,? )*(would you (like|mind|care|prefer)"
    r"|do you (want|fancy|need|mind|feel like)|can you|could you|can i|could i|may i|will you|won't you"
    r"|shall (i|we)|should (i|we)"
    r"|are you (coming|going|free|hungry|tired|ready|busy|around|home|up for|feeling)"
    r"|have you (eaten|slept|got (a minute|time)|had (lunch|dinner|tea|breakfast)))\b",
    re.I,
)

_NOW = "so|gerade|grad|heute|jetzt|noch|denn|aujourd'hui|là|maintenant|hoy|ahora|por ahí"
_SMALL_TALK_ELSEWHERE = re.compile(
    r"^\W*((hallo|hi|hey|na|servus|moin|grüß dich|gut(en|e) (morgen|tag|abend|nacht)|bonjour|bonsoir|salut|"
    r"coucou|hola|buenos días|buenas( tardes| noches)?)\W*)?((und|et|y|na)\W+)?"
    r"(wie (geht|gehts|geht's|geht es|läuft|läuft's|läufts)( es)?( dir| euch| ihnen)?|was (machst|treibst) du"
    r"|was geht|was gibt'?s( neues)?|alles (gut|klar|okay|ok)( bei dir)?"
    r"|comment (ça va|vas[- ]tu|allez[- ]vous|tu vas)|(tout va|ça va|tu vas)( bien)?|quoi de neuf"
    r"|qu'est[- ]ce que tu fais|tu fais quoi|(tu es|t'es) là"
    r"|(cómo|como) (estás|estas|está|estáis|te va|va todo|andas)"
    r"|qué tal( estás)?|qué haces|qué hay( de nuevo)?)"
    rf"( ({_NOW}))*\W*$",
    re.I,
)
_OFFER_ELSEWHERE = re.compile(
    r"^\W*((und|na|also|aber|du|et|mais|alors|dis|y|pero|oye|bueno)\W+)*("
    r"(kommst|gehst|fährst) (du|ihr)(?! (aus|von|ursprünglich)\b)"
    r"|(willst|möchtest|kannst|könntest|würdest|hättest|brauchst|hilfst|schickst|rufst) (du|ihr)"
    r"|magst du (noch|auch|mit|was|etwas|kommen|eine?n?)|(soll|darf|kann) ich"
    r"|(sollen|wollen|können|gehen|treffen|sehen) wir"
    r"|(hast|habt) (du|ihr) (kurz |grad |gerade |schon |heute |morgen )*"
    r"(zeit|hunger|lust|durst|gegessen|gut geschlafen)"
    r"|bist du (schon |noch |gerade |grad |heute |wieder |gut )*"
    r"(da|zu ?hause|daheim|müde|hungrig|fertig|wach|frei|"
    r"unterwegs|bereit|angekommen)"
    r"|(est-ce que )?(tu|vous) (viens(?! d[eu'’])|venez(?! d[eu'’])|veux|voulez|peux|pouvez"
    r"|pourrais|pourriez|voudrais"
    r"|as (faim|soif|le temps|envie|mangé|bien dormi)"
    r"|es (à la maison|prête?|fatiguée?|libre|occupée?|réveillée?))"
    r"|(veux|peux|pourrais|voudrais|viens)[- ]tu|(voulez|pouvez|pourriez)[- ]vous|je peux|puis[- ]je"
    r"|on (se voit|mange|y va|va)"
    r"|(quieres|puedes|podrías|querrías|vienes(?! de)|necesitas|te apetece"
    r"|me puedes|puedo|podemos|vamos a|nos vemos)"
    r"|tienes (tiempo|hambre|sed|sueño|ganas)|has (comido|dormido)"
    r"|estás (ahí|en casa|ocupad[oa]|libre|cansad[oa]|list[oa]|despiert[oa]|bien)"
    r")\b",
    re.I,
)

_TO_TELL = re.compile(
    r"\b(tell (me|us)|remember|recall|remind (me|us)|(dich|euch|sie) .{0,40}erinnern"
    r"|(mir|uns) .{0,40}(sagen|erzählen)"
    r"|me (dire|raconter|rappeler)|nous (dire|raconter)|te (souviens|rappelles)"
    r"|(decirme|contarme|recordar)|acuerdas)\b",
    re.I,
)
"""“Can you tell me where you were born?” is no offer."""


_GREETING = (
    r"(?:hi|hello|hey|hiya|dear|my dear|good (?:morning|evening|night|afternoon|day)|hallo|na|servus|moin|"
    r"guten? (?:morgen|tag|abend)|liebe[rs]?|bonjour|bonsoir|salut|coucou|chère?|hola|querid[oa]|"
    r"buenos días|buenas(?: tardes| noches)?)"
)
_TODAY = "today|tonight|now|heute|jetzt|aujourd'hui|maintenant|hoy|ahora"


def unaddressed(text: str, owner_name: str = "") -> str:
    """`text` without a greeting in front, and without the owner's name or “today” in front or behind."""
    names = "|".join(re.escape(part) for part in _WORD.findall(owner_name))
    aside = rf"(?:{names}|{_TODAY})" if names else rf"(?:{_TODAY})"
    text = re.sub(rf"^\W*(?:(?:{_GREETING}|{aside}|there)\b\W*)*", "", text, flags=re.I)
    return re.sub(rf"(?:(?<=\w)\W+{aside})+\W*$", "", text, flags=re.I)


def asks_for_a_fact(text: str, owner_name: str = "") -> bool:
    """True if `text` asks for something that only the owner's records can answer."""
    bare = unaddressed(text, owner_name)
    forms = (text, bare)
    if not bare or any(_SMALL_TALK.match(one) or _SMALL_TALK_ELSEWHERE.match(one) for one in forms):
        return False
    offered = any(_OFFER.match(one) or _OFFER_ELSEWHERE.match(one) for one in forms)
    if offered and not _TO_TELL.search(text):
        return False
    if personal(bare) is not None:
        return True
    asked = _FILLER.sub("", bare)
    question = read_question(text, NameBook([]))
    content = bool(question.content or question.dates.any)
    if _TELL.match(asked):
        return content
    words = [w.casefold() for w in _WORD.findall(asked)]
    if not words or not _is_a_question(text, asked, words):
        return False
    every = {w.casefold().split("'")[0] for w in _WORD.findall(text)}
    of_owner = bool({part.casefold() for part in _WORD.findall(owner_name)} & every or _OWNER_WORDS & every)
    of_facts = words[0] in _PAST or bool(_FACT_WORDS & every)
    return (of_owner or of_facts) and content


def _is_a_question(text: str, asked: str, words: list[str]) -> bool:
    """Whether it has its mark, or begins as a question does: “what a day” and “when I was young” do not."""
    if "?" in text:
        return True
    return words[0] in _FACT_WORDS | _AUXILIARIES and not _EXCLAIMS.match(asked)
