"""Strings of Facebook's and Instagram's JSON as they were meant, and what in messages the platform wrote.

Both write each byte of UTF-8 as a character of its own (`\\u00c3\\u00a9` for é), also in keys; strings that
were written rightly stand in the same files. Messages say nowhere what is a notice: phrases tell, for
languages that are listed here, and only where a whole message is such a phrase.
"""

from __future__ import annotations

import re
from typing import Any, Literal

Own = Literal["reaction", "attachment", "notice", "call"]
"""What a message is that the platform wrote: of a reaction, in place of a file, a notice, a call."""


def repaired(value: Any) -> Any:
    """A JSON value with each string and key as it was meant."""
    if isinstance(value, str):
        return _meant(value)
    if isinstance(value, list):
        return [repaired(one) for one in value]
    if isinstance(value, dict):
        return {_meant(key): repaired(one) for key, one in value.items()}
    return value


def _meant(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


_REACTION = re.compile(
    r"(?:WHO )?[Rr]eacted .{1,12} to (?:your|a|an|the|their|his|her|[\w' ]{1,40}) \w+ ?\.?"
    r"|WHO hat (?:mit .{1,12} )?auf deine Nachricht (?:mit .{1,12} )?reagiert\.?"
    r"|WHO a réagi (?:avec .{1,12} )?à votre message(?: avec .{1,12})?\.?"
    r"|WHO reaccionó con .{1,12} a tu mensaje\.?"
    r"|WHO ha reagito (?:con .{1,12} )?al tuo messaggio(?: con .{1,12})?\.?"
    r"|WHO reagiu com .{1,12} à (?:tua|sua) mensagem\.?"
    r"|(?:WHO )?[Ll]iked (?:a|your) message\.?"
    r"|(?:WHO )?hat (?:eine|deine) Nachricht mit „Gefällt mir“ markiert\.?"
    r"|(?:WHO )?[Zz]areagował(?:a|\(a\))? .{1,12} na (?:Twoją|twoją) wiadomość ?\.?"
    r"|A aimé (?:un|votre) message|Le gustó un mensaje|Curtiu uma mensagem|Ha messo Mi piace a un messaggio"
)
_ATTACHMENT = re.compile(
    r"WHO (?:sent|shared) (?:an attachment|a (?:photo|video|link|sticker|GIF|file|voice message"
    r"|voice clip|post|reel|story|live location|location)|\d+ photos)\."
    r"|(?:Du hast|WHO hat) (?:einen Anhang|ein Foto|ein Video|einen Link|einen Sticker|ein GIF|eine Datei"
    r"|eine Sprachnachricht) (?:gesendet|geschickt|geteilt)\."
    r"|(?:Vous avez|WHO a) envoyé une pièce jointe\.|(?:Enviaste|WHO envió) un archivo adjunto\."
    r"|(?:Hai|.{1,80} ha) inviato un allegato\.|(?:Enviaste|Você enviou|WHO enviou) um anexo\."
    r"|WHO wysłał(?:a|\(a\))? załącznik\.|(?:Je hebt|WHO heeft) een bijlage (?:verzonden|gestuurd)\."
)
_NOTICE = re.compile(
    r"(?:You are now connected on Messenger|Say hi to your new Facebook friend, .{1,80}"
    r"|Messages and calls are secured with end-to-end encryption.*|You can now message and call each other.*"
    r"|Ihr seid jetzt (?:bei|über|auf) Messenger verbunden|Jesteście teraz połączeni w Messengerze"
    r"|Vous êtes (?:à présent|maintenant) en contact sur Messenger"
    r"|Możecie teraz dzwonić do siebie i widzieć .*"
    r"|Ihr könnt euch jetzt gegenseitig anrufen und .*|You can now call each other and see .*"
    r"|Ahora (?:están conectados|estáis conectados) en Messenger|Ora siete connessi su Messenger"
    r"|(?:Agora vocês estão conectados|Estão agora ligados) no Messenger)[.!]?"
    r"|WHO (?:named the group .+|changed the (?:group )?(?:photo|name|theme|chat theme|emoji)\b.*"
    r"|changed the group photo|set the (?:nickname|emoji|quick reaction) .+"
    r"|set (?:his|her|their|your) own nickname .+"
    r"|cleared (?:the|your|his|her|their) (?:own )?nickname.*|created the group|left the group"
    r"|added .{1,200} to the group|removed .{1,200} from the group|joined the (?:group|call|video chat)\b.*"
    r"|pinned a message|unpinned a message|unsent a message|created a poll: .*|voted for .* in the poll: .*"
    r"|turned (?:on|off) .{1,60}|made .{1,80} (?:a |an )?(?:group )?admin|waved at (?:you|each other|.{1,80})"
    r"|started sharing (?:video|live location|their location)|created the plan .*"
    r"|ended the (?:call|video chat))\.?"
    r"|(?:Du hast|WHO hat) (?:die Gruppe .{1,100} genannt|das Gruppen(?:bild|foto) geändert"
    r"|die Gruppe (?:erstellt|verlassen)|.{1,200} zur Gruppe hinzugefügt|.{1,200} aus der Gruppe entfernt"
    r"|den Spitznamen .{1,200}|das (?:Chat-)?(?:Thema|Design|Emoji) .{1,60}geändert)\.?"
    r"|(?:Vous avez|WHO a) (?:nommé le groupe .+|créé le groupe|quitté le groupe"
    r"|ajouté .{1,200} au groupe)\.?"
)
_CALLED = re.compile(
    r"WHO (?:missed (?:your|a|an) (?:video |audio )?(?:call|chat).*|called you\b.*"
    r"|started an? (?:video |audio |voice )?(?:chat|call)\b.*|joined the (?:video )?call)\.?"
    r"|(?:The )?(?:[Vv]ideo|[Aa]udio|[Vv]oice) (?:call|chat) (?:ended|started)\b.*"
    r"|(?:Du hast|WHO hat) (?:einen|deinen) (?:Video-?)?(?:[Aa]nruf|[Cc]hat) (?:von .{1,80} )?"
    r"(?:verpasst|gestartet|begonnen)\.?|WHO hat dich angerufen\.?"
)
_PATTERNS: tuple[tuple[Own, re.Pattern[str]], ...] = (
    ("reaction", _REACTION), ("attachment", _ATTACHMENT), ("call", _CALLED), ("notice", _NOTICE)
)  # fmt: skip
_LONGEST = 400


def own_words(text: str, sender: str) -> Own | None:
    """What `text` is if the platform wrote it in its sender's name; None for what a person wrote."""
    text = text.strip()
    if not text or len(text) > _LONGEST or "\n" in text:
        return None
    readings = [text]
    for name in (sender, sender.partition(" ")[0], "You"):
        if name and text.startswith(f"{name} "):
            readings.append("WHO" + text[len(name) :])
    return next((kind for kind, pattern in _PATTERNS if any(map(pattern.fullmatch, readings))), None)
