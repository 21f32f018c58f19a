"""What WhatsApp itself writes into an export: placeholders, calls, deletions, edits, notices.

A body becomes its text with spans over what no person typed. The words themselves
are tables of `whatsapp_words`. Phrases that no table knows are still caught where
WhatsApp marks its own words with U+200E (iOS) or a file is named as only WhatsApp does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from afterself.archive.drafts import Kind, Span
from afterself.importers import whatsapp_words as words_of

MARK = "\u200e"
_BEFORE, _AROUND, _AROUND_PHRASES = MARK + "\ufeff", MARK + " ", MARK + " <>.。"
_LONGEST_NOTICE = 400
_LONGEST_OF_OURS = max(70, words_of.LONGEST_PHRASE)

_NOUNS = {
    "image": "image|bild|imagen|imagem|immagine",
    "video note": "video note|videonachricht|nota de v[ií]deo|note vidéo|videomessaggio",
    "video": "v[ií]d[eé]o",
    "audio": "[aá]udio",
    "sticker": "sticker|autocollant|figurinha|adesivo",
    "gif": "gif",
    "document": "document|dokument|documento",
    "contact": "contact card|kontaktkarte|tarjeta de contacto|fiche (?:de )?contact|carte de contact"
    "|cartão d[eo] conta(?:c)?to|scheda contatto",
    "media": "media|medien|multimedia|médias?|mídia|arquivo(?: de mídia)?|archivo|fichiers?|ficheiro"
    "|file(?: multimediale)?|view once .{1,30}",
}  # fmt: skip
_LEFT_OUT = (
    "omitted|weggelassen|ausgelassen|ausgeschlossen|omitid[oa]s?|omise?s?|absente?s?|retiré"
    "|ocultad[oa]|ocult[oa]|não revelado|omess[oaie]|non inclus[oa]|esclus[oa]"
)
_OMITTED = [
    (noun, re.compile(rf"<?(?P<before>.* • .*?)?{MARK}?(?:{words}) (?:{_LEFT_OUT})>?", re.IGNORECASE))
    for noun, words in _NOUNS.items()
]
# Cheaper than the patterns: how a line that they match ends, in small letters.
_LEFT_OUT_ENDS = (
    "omitted", "lassen", "schlossen", "ido", "ida", "idos", "idas", "omis", "omise", "omises", "ente", "ent",
    "entes", "ents", "retiré", "ado", "ada", "ulto", "ulta", "messo", "messa", "messi", "messe",
    "luso", "lusa",
)  # fmt: skip
_LAST_LETTERS = {phrase[-3:] for phrase in (*_LEFT_OUT_ENDS, *words_of.STANDS_FOR)}
_FILE = r"(?P<name>[^\n<>]+?\.\w{1,6})"
_FILE_OF_ANDROID = r"(?P<made>(?:IMG|VID|PTT|AUD|STK|DOC)-\d{8}-WA\d{4,}\.\w{2,5})"
_ATTACHED_AFTER = re.compile(
    rf"(?:{_FILE} \((?:{words_of.ATTACHED_AFTER})\)|{_FILE_OF_ANDROID} \([^()\n]{{2,40}}\))"
)
_ATTACHED_TAG = re.compile(
    rf"{MARK}?<(?:(?:{words_of.ATTACHED_TAG})\s?[:：]\s?{_FILE}"
    r"|[^<>\n:：]{2,30}[:：]\s?(?P<made>\d{8}-[A-Z]{3,12}-[^<>\n]{1,60}\.\w{2,5}))>"
)
_DELETED = re.compile(
    r"(?:This message was deleted(?: by admin .{1,80})?|You deleted this message(?: as admin)?|"
    r"Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht|"
    r"Se eliminó este mensaje|Este mensaje fue eliminado|Eliminaste este mensaje|"
    r"Ce message a été supprimé|Vous avez supprimé ce message|"
    r"(?:Mensagem|(?:Essa|Esta) mensagem foi) apagada|(?:Você a|A)pagou esta mensagem|Eliminou esta mensagem|"
    r"Questo messaggio è stato eliminato|Hai eliminato questo messaggio)\.?"
)
# Words in angle brackets after WhatsApp's mark, at the end of what somebody wrote, are the mark of an edit.
_EDITED = re.compile(
    rf"\s{{0,3}}(?:{MARK}?<(?:{words_of.EDITED})\.?>"
    rf"|(?<=[^{MARK}\s])\s?{MARK}<[^<>\n:：]{{5,60}}>)\s{{0,3}}$"
)
_MISSED = (
    r"Missed (?:group )?(?:voice|video) call|Verpasster (?:Sprach|Video)anruf|"
    r"(?:Llamada|Videollamada)(?: de voz)? perdida|Appel (?:vocal|vidéo) manqué|"
    r"(?:Ligação|Chamada) de (?:voz|vídeo) perdida|(?:Chiamata(?: vocale)?|Videochiamata) persa"
)
_CALLED = (
    r"(?:Silenced )?(?:Voice|Video) call|(?:Sprach|Video)anruf|Llamada(?: de voz)?|Videollamada|"
    r"Appel (?:vocal|vidéo)|(?:Ligação|Chamada) de (?:voz|vídeo)|Chiamata vocale|Videochiamata"
)
# A person may write "Video call, tomorrow?": what follows must be marked, a time of day or a length.
_CALL = re.compile(
    rf"(?:{_MISSED}|(?P<bare>{_CALLED}))"
    rf"(?P<rest>[.,]? ?{MARK}.{{1,60}}|,? (?:at |um )?\d{{1,2}}[:.]\d{{2}}.{{0,5}}|"
    r", \d+ ?[^\W\d]{1,8}\.?|\.)?"
)
_NOTHING = re.compile(r"null|Waiting for this message\b.*|You (?:received|sent) a view once .*")
_NOTHING_IF_MARKED = re.compile(words_of.NOTHING_IF_MARKED, re.IGNORECASE)
_MAP = r"https?://(?:maps\.google|www\.google|maps\.apple|(?:www\.)?foursquare)\.\S+"
# What another word says before a link, somebody typed: only bare coordinates are surely WhatsApp's.
_PLACE = re.compile(
    rf"(?:(?:live )?(?:{words_of.LOCATION})\s?[:：] ?(?:[^\n]{{1,200}}: ?)?{_MAP}"
    r"|[^\W\d_]{3,20}[:：] ?https?://maps\.google\.com/\?q=-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_POLL_LINE = re.compile(
    rf"^{MARK}?(?:{words_of.POLL})\s?[:：]|^{MARK}?(?:{words_of.OPTION})\s?[:：] ?|"
    rf"\({MARK}?\d+ [^()\n]{{2,12}}\)$",
    re.MULTILINE,
)
_POLL = re.compile(rf"{MARK}?(?:{words_of.POLL})\s?[:：]\n")
# What Android writes for media in a language that no table knows; nobody writes whole messages like this.
_IN_BRACKETS = re.compile(r"<[^\W\d_]\w* [\w ]{2,40}>")
# What a body that is nothing but somebody's words never holds, and never begins with.
_OWN_MARKS = re.compile(f"[{MARK}\ufeff\u2068•]")
_BEGINNINGS = re.compile(f" *(?:{_DELETED.pattern}|{_MISSED}|{_CALLED}|{_NOTHING.pattern}|{_POLL.pattern})")
_MENTION = re.compile("@\u2068([^\u2069\n]{0,120})\u2069")

_SYSTEM = re.compile(
    r"end-to-end|Ende-zu-Ende|extremo a extremo|bout en bout|ponta a ponta|crittografia|crittografati|"
    r"\b(?:group|gruppe|gruppen\w+|grupo|groupe|gruppo)\b|"
    r" (?:added|removed|left|joined|created|changed|pinned|turned (?:on|off)|blocked|unblocked|deleted)\b|"
    r"security code|Sicherheitsnummer|código de seguridad|code de sécurité|código de segurança|"
    r"codice di sicurezza|"
    r" hat .*(?:hinzugefügt|entfernt|geändert|erstellt|verlassen|angepinnt)|hinzugefügt$|"
    r" (?:añadió|creó|cambió|eliminó|salió|fijó)\b| a (?:ajouté|créé|modifié|changé|quitté|retiré|épinglé)\b|"
    r" (?:adicionou|criou|mudou|alterou|removeu|saiu|fixou)\b|"
    r" (?:ha|hai) (?:aggiunto|creato|cambiato|modificato|rimosso|abbandonato|fissato)\b|"
    r"disappearing messages|selbstlöschende|mensajes temporales|messages éphémères|mensagens temporárias|"
    rf"messaggi effimeri|is a contact|business account|admin|{words_of.SYSTEM}",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:group|gruppe|gruppen\w+|grupo|groupe|gruppo|groep)\b| added | left$| joined |hinzugefügt| añadió |"
    rf" a ajouté | adicionou | ha aggiunto |{words_of.GROUP}",
    re.IGNORECASE,
)
_ENCRYPTED = re.compile(words_of.ENCRYPTED)
_OPEN_QUOTE = re.compile('[“„«「『][^”“»」』]*$|^(?:[^"]*"[^"]*")*[^"]*"[^"]*$')


class Body(NamedTuple):
    """What a message body says: its text, what of it no person typed, and which files it names.

    `omitted` and `files` are nouns and file names; `unknown` is true for words that WhatsApp
    marked as its own and the tables do not know.
    """

    text: str
    kind: Kind = "message"
    spans: tuple[Span, ...] = ()
    omitted: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    deleted: bool = False
    edited: bool = False
    unknown: bool = False


def only_words(raw: str) -> bool:
    """True for most bodies: surely nothing in them is WhatsApp's, so that `body_of` need not be asked."""
    if "<" in raw or (")" in raw and (raw.endswith(")") or ")\n" in raw)):
        return False
    if not raw.isascii() and _OWN_MARKS.search(raw):
        return False
    if "://" in raw and _PLACE.fullmatch(raw):
        return False
    initial = raw[:1]
    if not initial or initial.isspace():
        return False
    # Of what WhatsApp writes, only "null" and what it says of files begins with a small letter.
    if (initial == "n" or not initial.islower()) and _BEGINNINGS.match(raw):
        return False
    first = raw.split("\n", 1)[0] if "\n" in raw else raw
    if (
        len(first) > _LONGEST_OF_OURS
        or first.rstrip(_AROUND_PHRASES)[-3:].casefold()[-3:] not in _LAST_LETTERS
    ):
        return True
    folded = first.strip(_AROUND_PHRASES).casefold()
    return folded not in words_of.STANDS_FOR and not folded.endswith(_LEFT_OUT_ENDS)


@lru_cache(maxsize=512)
def _known_body(raw: str) -> Body:
    return _body_of(raw)


def body_of(raw: str) -> Body:
    """Understand the body of a message that stands under its author's name."""
    short = len(raw) <= words_of.LONGEST_PHRASE and raw.startswith((MARK, "<"))
    return _known_body(raw) if short else _body_of(raw)


def _body_of(raw: str) -> Body:
    marked = raw.startswith(MARK)
    text = raw.lstrip(_BEFORE)
    if "\u2068" in text:
        text = _MENTION.sub(r"@\1", text)
    unedited = _EDITED.sub("", text) if ">" in text[-4:] else text
    edited = unedited != text
    text = unedited
    known = _known(text, marked) if len(text) <= words_of.LONGEST_PHRASE else None
    if known:
        return known
    if len(text) <= _LONGEST_NOTICE:
        if _DELETED.fullmatch(text.strip(_AROUND)):
            return Body("", deleted=True)
        call = _CALL.fullmatch(text)
        if call and (marked or call["rest"] or not call["bare"]):
            return Body(text, kind="call", spans=_whole(text))
        if ("://" in text and _PLACE.fullmatch(text)) or _NOTHING.fullmatch(text):
            return Body(text, spans=_whole(text))
        if marked and _NOTHING_IF_MARKED.fullmatch(text):
            return Body(text, spans=_whole(text))
    if _POLL.match(text):
        spans = tuple(Span(m.start(), m.end(), "placeholder") for m in _POLL_LINE.finditer(text))
        return Body(text, spans=spans, edited=edited)
    if text.startswith("<") and _IN_BRACKETS.fullmatch(text):
        return _media(text, edited) or Body(text, spans=_whole(text), omitted=("media",), unknown=True)
    return _media(text, edited) or Body(
        text, spans=_whole(text) if marked else (), edited=edited, unknown=marked and bool(text)
    )


def _known(text: str, marked: bool) -> Body | None:
    """A body that as a whole is one phrase of the tables; what people may type too counts only if marked."""
    found = words_of.STANDS_FOR.get(text.strip(_AROUND_PHRASES).casefold())
    if not found or (found[0] == "omitted" and not marked and not text.startswith("<")):
        return None
    sense, noun = found
    if sense == "deleted":
        return Body("", deleted=True)
    if sense == "missed":
        return Body(text, kind="call", spans=_whole(text))
    return Body(text, spans=_whole(text), omitted=(noun,) if noun else ())


def _media(text: str, edited: bool) -> Body | None:
    """A body that is or carries a file: the placeholder becomes a span, a caption stays the author's own."""
    first = text.split("\n", 1)[0]
    if len(first) <= _LONGEST_NOTICE:
        omitted = _omitted(first)
        if omitted:
            return Body(text, spans=(Span(0, len(first), "placeholder"),), omitted=(omitted,), edited=edited)
    # A caption and, behind WhatsApp's mark, what was left out.
    before, joint, last = text.rpartition(MARK)
    if joint and before.strip(_AROUND) and len(last) <= words_of.LONGEST_PHRASE and (noun := _omitted(last)):
        return Body(
            text, spans=(Span(len(before), len(text), "placeholder"),), omitted=(noun,), edited=edited
        )
    after = _ATTACHED_AFTER.fullmatch(first) if first.endswith(")") else None
    tags = [after] if after else list(_ATTACHED_TAG.finditer(text)) if "<" in text else []
    if not tags:
        return None
    spans = tuple(Span(tag.start(), tag.end(), "placeholder") for tag in tags)
    files = tuple((tag["name"] or tag["made"]).strip(MARK) for tag in tags)
    return Body(text, spans=spans, files=files, edited=edited)


def _omitted(first: str) -> str | None:
    """What a line says was left out of the export: a file's name if it gives one, else the kind of thing."""
    if first[-10:].rstrip(">").lower().endswith(_LEFT_OUT_ENDS):
        for noun, pattern in _OMITTED:
            if match := pattern.fullmatch(first):
                return (match["before"] or "").split(" • ")[0].strip(MARK + " ") or noun
    before, dot, last = first.rpartition(" • ")
    if dot:
        _, _, words = last.rpartition(MARK)
        sense, noun = words_of.STANDS_FOR.get(words.casefold(), ("", ""))
        if sense == "omitted":
            return before.split(" • ")[0].strip(MARK + " ") or noun
    known = words_of.STANDS_FOR.get(first.strip(MARK + " <>").casefold()) if first.startswith("<") else None
    return known[1] if known and known[1] else None


def is_unknown(first_line: str) -> bool:
    """True for words that WhatsApp marked as its own and no table knows."""
    return first_line.startswith(MARK) and body_of(first_line).unknown


def is_notice(first_line: str) -> bool:
    """True for a notice that iOS puts under somebody's name.

    It is marked as WhatsApp's own and no placeholder; only the one on encryption, which old exports do not
    mark, is known by its words.
    """
    if not first_line.startswith(MARK):
        return bool(_ENCRYPTED.match(first_line))
    return is_unknown(first_line) and bool(_SYSTEM.search(first_line[:_LONGEST_NOTICE]))


def breaks_off_in_quotes(before_colon: str) -> bool:
    """True if the first colon stands inside a notice's quotes: … changed the subject to “Rome: the plan”."""
    return bool(_OPEN_QUOTE.search(before_colon))


def tells_of_group(system_text: str) -> bool:
    """True if words that WhatsApp wrote itself are such that only groups have."""
    return bool(_GROUP.search(system_text))


def _whole(text: str) -> tuple[Span, ...]:
    return (Span(0, len(text), "placeholder"),)
