"""Names of mail folders and Gmail labels -> what they are for: sent, spam, trash, drafts.

Programs translate them. A folder is known by any part of its path, since providers nest them
(`[Gmail]/Sent Mail`, `.INBOX.Sent`, `Sent Messages.mbox/mbox`).
"""

from __future__ import annotations

import re
from typing import Literal

Purpose = Literal["sent", "spam", "trash", "drafts"]

_NAMES: dict[Purpose, str] = {
    "sent": "sent|sent items|sent messages|sent mail|outbox sent|gesendet|gesendete objekte|"
    "gesendete elemente|"
    "gesendete nachrichten|envoyés|envoyé|messages envoyés|éléments envoyés|enviados|elementos enviados|"
    "mensajes enviados|itens enviados|e-mails enviados|inviati|inviata|posta inviata|verzonden|"
    "verzonden items|"
    "verzonden berichten|skickat|skickade objekt|sendt|sendte elementer|sendt post|lähetetyt|wysłane|"
    "elementy wysłane|odeslané|odeslaná pošta|отправленные|надіслані|gönderilmiş postalar|gönderilmiş öğeler|"
    "elküldött elemek|trimise|απεσταλμένα|已发送|已发邮件|已傳送|寄件備份|送信済み|送信済みメール|"
    "보낸편지함|보낸 편지함",
    "spam": "spam|junk|junk e-mail|junk email|bulk mail|bulk|unerwünscht|junk-e-mail|courrier indésirable|"
    "indésirables|pourriel|correo no deseado|no deseado|lixo eletrônico|posta indesiderata|ongewenst|"
    "ongewenste e-mail|skräppost|uønsket e-mail|søppelpost|roskaposti|wiadomości-śmieci|niechciane|"
    "nevyžádaná pošta|"
    "спам|нежелательная почта|gereksiz|levélszemét|垃圾邮件|垃圾郵件|迷惑メール|스팸|스팸함",
    "trash": "trash|bin|deleted|deleted items|deleted messages|papierkorb|gelöscht|gelöschte elemente|"
    "gelöschte objekte|corbeille|éléments supprimés|messages supprimés|papelera|elementos eliminados|"
    "lixeira|lixo|"
    "itens excluídos|cestino|posta eliminata|prullenbak|verwijderde items|papperskorgen|borttaget|papirkurv|"
    "slettet post|slettede elementer|søppel|papperskorg|roskakori|poistetut|kosz|elementy usunięte|koš|"
    "odstraněná pošta|корзина|удаленные|удалённые|кошик|çöp kutusu|çöp|silinmiş öğeler|lomtár|已删除|"
    "已删除邮件|垃圾桶|回收站|ゴミ箱|削除済みアイテム|휴지통",
    "drafts": "draft|drafts|entwurf|entwürfe|brouillon|brouillons|borrador|borradores|rascunho|rascunhos|"
    "bozza|bozze|"
    "concepten|utkast|udkast|kladder|luonnokset|wersje robocze|szkice|koncepty|rozepsané|"
    "черновик|черновики|"
    "чернетки|taslak|taslaklar|piszkozatok|ciorne|πρόχειρα|草稿|草稿箱|下書き|임시보관함|임시 보관함",
}
_PURPOSE = {name: purpose for purpose, names in _NAMES.items() for name in names.split("|")}
_SUFFIX = re.compile(r"\.(?:mbox|sbd|mbx|mboxrd|imapmbox|partial\.emlx|emlx|eml)$", re.IGNORECASE)


def purpose(name: str) -> Purpose | None:
    """What a folder or label of this name is for."""
    return _PURPOSE.get(_SUFFIX.sub("", " ".join(name.split())).casefold())


def purpose_of_path(member: str) -> Purpose | None:
    """What the folder that a member of a source stands in (or that an mbox is) is for."""
    for part in reversed(member.split("/")):
        found = purpose(part)
        if found is None and part.startswith("."):  # Maildir++: .INBOX.Sent
            found = purpose(part.rsplit(".", 1)[-1])
        if found is not None:
            return found
    return None
