"""What WhatsApp itself writes into an export, in six languages: placeholders, calls, deletions, edits.

A body becomes its text with spans over what no person typed. Phrases the tables do
not know are still caught where WhatsApp marks its own words with U+200E (iOS). To
teach it a language, add its words here; nothing else depends on language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from afterself.archive.drafts import Kind, Span

MARK = "\u200e"
_LONGEST_NOTICE = 400

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
_FILE = r"(?P<name>[^\n<>]+?\.\w{1,6})"
_ATTACHED_AFTER = re.compile(
    rf"{_FILE} \((?:file attached|Datei angehängt|archivo adjunto|fichier joint"
    r"|(?:arquivo|ficheiro) anexado|file allegato|bestand bijgevoegd)\)"
)
_ATTACHED_TAG = re.compile(
    rf"{MARK}?<(?:attached|Anhang|adjunto|pi[èe]ce jointe|anexado|allegato|bijgevoegd)\s?: {_FILE}>"
)
_DELETED = re.compile(
    r"(?:This message was deleted(?: by admin .{1,80})?|You deleted this message(?: as admin)?|"
    r"Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht|"
    r"Se eliminó este mensaje|Este mensaje fue eliminado|Eliminaste este mensaje|"
    r"Ce message a été supprimé|Vous avez supprimé ce message|"
    r"(?:Mensagem|(?:Essa|Esta) mensagem foi) apagada|(?:Você a|A)pagou esta mensagem|Eliminou esta mensagem|"
    r"Questo messaggio è stato eliminato|Hai eliminato questo messaggio)\.?"
)
_EDITED = re.compile(
    rf"\s{{0,3}}{MARK}?<(?:This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje|"
    r"Ce message a été modifié|Mensagem editada|Esta mensagem foi editada|"
    r"Questo messaggio è stato modificato)\.?>\s{0,3}$"
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
    rf"(?P<rest>,? ?{MARK}.{{1,60}}|,? (?:at |um )?\d{{1,2}}[:.]\d{{2}}.{{0,5}}|, \d+ ?[^\W\d]{{1,8}}\.?|\.)?"
)
_NOTHING = re.compile(
    r"null|Waiting for this message\b.*|You (?:received|sent) a view once .*|"
    r"Live location shared|Live-Standort wird geteilt|Ubicación en tiempo real compartida|"
    r"Localização em tempo real compartilhada|Posizione in tempo reale condivisa"
)
_PLACE = re.compile(r"[^\W\d_][\w ]{2,30}: https?://(?:maps\.google|www\.google|maps\.apple|foursquare)\.\S+")
_POLL_LINE = re.compile(
    rf"^{MARK}?(?:POLL|UMFRAGE|ENCUESTA|SONDAGE|ENQUETE|SONDAGGIO):|"
    rf"^{MARK}?(?:OPTION|OPCIÓN|OPÇÃO|OPZIONE): |\({MARK}?\d+ [^()\n]{{3,12}}\)$",
    re.MULTILINE,
)
_POLL = re.compile(rf"{MARK}?(?:POLL|UMFRAGE|ENCUESTA|SONDAGE|ENQUETE|SONDAGGIO):\n")
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
    r"messaggi effimeri|is a contact|business account|admin",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:group|gruppe|gruppen\w+|grupo|groupe|gruppo|groep)\b| added | left$| joined |hinzugefügt| añadió |"
    r" a ajouté | adicionou | ha aggiunto ",
    re.IGNORECASE,
)
_ENCRYPTED = re.compile(
    r"Messages (?:and calls are|you send to this|to this) .*end-to-end encrypt|Nachrichten .*Ende-zu-Ende-|"
    r"Los mensajes .*extremo a extremo|Les messages .*bout en bout|(?:As m|M)ensagens .*ponta a ponta|"
    r"I messaggi .*(?:end-to-end|crittografia)"
)
_OPEN_QUOTE = re.compile('[“„«][^”“»]*$|^(?:[^"]*"[^"]*")*[^"]*"[^"]*$')


@dataclass(frozen=True, slots=True)
class Body:
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


def body_of(raw: str) -> Body:
    """Understand the body of a message that stands under its author's name."""
    marked = raw.startswith(MARK)
    text = _MENTION.sub(r"@\1", raw.lstrip(MARK + "\ufeff"))
    unedited = _EDITED.sub("", text)
    edited = unedited != text
    text = unedited
    if _DELETED.fullmatch(text.strip(MARK + " ")):
        return Body("", deleted=True)
    call = _CALL.fullmatch(text)
    if call and (marked or call["rest"] or not call["bare"]):
        return Body(text, kind="call", spans=_whole(text))
    if _PLACE.fullmatch(text) or _NOTHING.fullmatch(text):
        return Body(text, spans=_whole(text))
    if _POLL.match(text):
        spans = tuple(Span(m.start(), m.end(), "placeholder") for m in _POLL_LINE.finditer(text))
        return Body(text, spans=spans, edited=edited)
    return _media(text, edited) or Body(
        text, spans=_whole(text) if marked else (), edited=edited, unknown=marked and bool(text)
    )


def _media(text: str, edited: bool) -> Body | None:
    """A body that is or carries a file: the placeholder becomes a span, a caption stays the author's own."""
    first = text.split("\n", 1)[0]
    for noun, pattern in _OMITTED if len(first) <= _LONGEST_NOTICE else ():
        match = pattern.fullmatch(first)
        if match:
            name = (match["before"] or "").split(" • ")[0].strip(MARK + " ")
            return Body(
                text, spans=(Span(0, len(first), "placeholder"),), omitted=(name or noun,), edited=edited
            )
    after = _ATTACHED_AFTER.fullmatch(first)
    tags = [after] if after else list(_ATTACHED_TAG.finditer(text))
    if not tags:
        return None
    spans = tuple(Span(tag.start(), tag.end(), "placeholder") for tag in tags)
    return Body(text, spans=spans, files=tuple(tag["name"].strip(MARK) for tag in tags), edited=edited)


def is_notice(first_line: str) -> bool:
    """True for a notice that iOS puts under somebody's name.

    It is marked as WhatsApp's own and no placeholder; only the one on encryption, which old exports do not
    mark, is known by its words.
    """
    if not first_line.startswith(MARK):
        return bool(_ENCRYPTED.match(first_line))
    return body_of(first_line).unknown and bool(_SYSTEM.search(first_line[:_LONGEST_NOTICE]))


def breaks_off_in_quotes(before_colon: str) -> bool:
    """True if the first colon stands inside a notice's quotes: … changed the subject to “Rome: the plan”."""
    return bool(_OPEN_QUOTE.search(before_colon))


def tells_of_group(system_text: str) -> bool:
    """True if words that WhatsApp wrote itself are such that only groups have."""
    return bool(_GROUP.search(system_text))


def _whole(text: str) -> tuple[Span, ...]:
    return (Span(0, len(text), "placeholder"),)
