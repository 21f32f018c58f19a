"""The words by which mail programs mark what they quote, in the languages that they speak.

Names of header lines above a quoted mail, verbs of "On Tuesday Tom wrote:", marks of forwarded mails and
the lines that programs add ("Sent from my iPhone"). Written from description: a missing language is a row.
"""

from __future__ import annotations

import re

_ROLES = {
    "from": "From|Von|De|Da|Van|Från|Fra|Od|От|Від|Kimden|Gönderen|Feladó|Lähettäjä|Από|差出人|送信者|"
    "发件人|寄件者|寄件人|"
    "보낸 사람|보낸사람|מאת|من|Mittente|Expéditeur|Remitente|Remetente|Avsändare|Afzender|De la|Dari",
    "to": "To|An|À|A|Para|Aan|Till|Til|Do|Komu|Кому|Kime|Alıcı|Címzett|Vastaanottaja|Προς|宛先|收件人|"
    "받는 사람|받는사람|"
    "אל|إلى|Pour|Destinataire|Destinatario|Către|Kepada",
    "date": "Sent|Date|Gesendet|Datum|Envoyé|Envoyé le|Enviado|Enviado el|Enviada em|Enviado em|Fecha|"
    "Data|Inviato|"
    "Verzonden|Skickat|Sendt|Dato|Wysłano|Wysłane|Odesláno|Отправлено|Дата|Надіслано|Tarih|Gönderildi|"
    "Gönderme Tarihi|Elküldve|Dátum|Lähetetty|Päivämäärä|Στάλθηκε|Ημερομηνία|送信日時|日時|日付|发送时间|"
    "日期|寄件日期|"
    "보낸 날짜|날짜|נשלח|תאריך|Trimis|Tanggal",
    "subject": "Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Temat|Předmět|Predmet|"
    "Тема|Konu|"
    "Tárgy|Aihe|Θέμα|件名|主题|主旨|제목|נושא|الموضوع|Subiect|Subjek",
    "copy": "Cc|Bcc|CC|Kopie|Copie|Copia|Kopia|Копия|Копія|抄送|副本|참조|Importance|Priority|"
    "Wichtigkeit|Priorität|"
    "Reply-To|Antwort an|Répondre à",
}
ROLE_OF = {name.casefold(): role for role, names in _ROLES.items() for name in names.split("|")}
"""Casefolded name of a header line -> what it tells: from, to, date, subject or copy."""

_VERBS = (
    "wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|escribio|escreveu|ha scritto|scritto|schreef|"
    "geschreven|"
    "skrev|skriver|kirjoitti|napisał|napisała|pisze|napsal|napsala|napísal|написал|написала|пишет|писал|"
    "писала|"
    "написав|пише|yazdı|yazmış|írta|a scris|έγραψε|כתב|كتب|menulis|đã viết|pravi|je napisao"
)
VERB = re.compile(
    rf"(?<!\w)(?:{_VERBS})(?:\([a-zа-я]+\))?(?!\w)|写道|寫道|书写|書きました|のメール|님이|작성", re.I
)

OPENING = re.compile(
    r"\s*(?:On|Am|Le|El|Em|Il|In data|Op|Den|Dne|W dniu|Dnia|Em|Pada|La data|Στις|Vào|בתאריך|في|"
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|ter|qua|qui|sex|sáb|dom|seg|пн|вт|ср|чт|"
    r"пт|сб|вс|"
    r"понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|pon|wt|śr|czw|pt|sob|niedz|pn)\b|"
    r"\d{1,4}[./年-])",
    re.I,
)
"""How a line begins that tells who wrote what follows, and when."""

MARK = re.compile(
    r"^\s*-{2,} On [^\n]{10,200} wrote -{2,}\s*$|"
    r"^[\s>]*-{2,}\s*(?:Original|Forwarded|Ursprüngliche|Weitergeleitete|Message d'origine|Message d’origine|"
    r"Message original|Message transféré|Mensaje original|Mensaje reenviado|Mensagem original|"
    r"Mensagem encaminhada|"
    r"Messaggio originale|Messaggio inoltrato|Oorspronkelijk|Doorgestuurd|Ursprungligt|Vidarebefordrat|"
    r"Oprindelig|Opprinnelig|Videresendt|Alkuperäinen|Wiadomość|Původní|Přeposlaná|Исходное|Пересланное|"
    r"Пересылаемое|Переслане|Özgün|İletilen|Eredeti|Továbbított|元のメッセージ|转发的?邮件|原始邮件|轉寄|"
    r"원본|전달된)"
    r"[^\n]{0,60}?-{2,}\s*$",
    re.I,
)
BEGIN_FORWARD = re.compile(
    r"^\s*(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|"
    r"Début du (?:message|e-mail) "
    r"(?:réexpédié|transféré)|Inicio del mensaje reenviado|Início da mensagem (?:reencaminhada|encaminhada)|"
    r"Inizio (?:del )?messaggio inoltrato|Begin doorgestuurd bericht|Vidarebefordrat (?:brev|mejl)|"
    r"Start på videresendt besked|Начало переадресованного (?:сообщения|письма)|"
    r"Początek przekazywanej wiadomości|"
    r"以下は転送されたメッセージです|下面是被转发的邮件)\s*[:\uff1a]?\s*$",
    re.I,
)
FORWARD = re.compile(
    r"forward|weitergeleitet|transféré|réexpédié|reenviado|encaminhad|inoltrato|doorgestuurd|vidarebefordra|"
    r"videresendt|przekaz|přeposlan|пересл|пересыл|переадрес|iletilen|továbbított|転送|转发|轉寄|전달",
    re.I,
)

_PROGRAMS = (
    r"my |mein|mon |mi |mio |min |mijn |moj|мо|iPhone|iPad|Outlook|Mail\b|Mail\.ru|Yahoo|Proton|\[Proton|"
    r"Samsung|Galaxy|"
    r"Android|Gmail|AOL|Windows|BlackBerry|Spark|Huawei|Xiaomi|Tutanota|Tuta\b|Fairphone|Nine\b|K-9|"
    r"FairEmail|GMX|"
    r"WEB\.DE|der |der mobilen|der WEB|der GMX|the |a Samsung|an |il mio|el mi|meu|o meu|un |TypeApp|"
    r"Mobile|Telekom|"
    r"Яндекс|mobil|Thunderbird|HEY|Superhuman|Airmail|Zoho|Mailspring|myMail|Blue"
)
_SENT = (
    r"Sent (?:from|with|via|by|using)|Gesendet (?:von|mit|über|aus)|Envoyé (?:de|depuis|avec|à partir de|"
    r"via)|"
    r"Enviado (?:desde|do|de|com|con|a partir do|via)|Inviato (?:da|dal|dall'|con|tramite)|"
    r"Verzonden (?:vanaf|met|vanuit|via)|Verstuurd (?:vanaf|met)|Skickat från|Sendt fra|Sendt via|"
    r"Wysłan[eoy] (?:z|przez)|Odesláno (?:z|pomocí)|Отправлено (?:с|из|через)|Надіслано (?:з|із)|"
    r"Trimis (?:de pe|din)|"
    r"Küldve|Poslano (?:z|s)|Στάλθηκε από"
)
SENT_FROM = re.compile(
    rf"^[\s_*\[(]*(?:(?:{_SENT})\s*(?:{_PROGRAMS})[^\n]{{0,100}}|"
    r"(?:Von|Aus) mein\w+ [^\n]{1,60} (?:gesendet|geschickt)\W*|"
    r"Diese (?:Nachricht|E-Mail|Mail) wurde (?:von|mit) [^\n]{1,80} gesendet\W*|"
    r"Lähetetty [^\n]{1,40}(?:sta|stä|lta|ltä|ni)\W*|[^\n]{1,40}(?:dan|den|imden|ımdan) gönderildi\W*|"
    r"[^\n]{1,40}から送信\W*|发自(?:我的|网易)[^\n]{1,40}|從我的[^\n]{1,40}傳送\W*|"
    r"나의 [^\n]{1,40}에서 보냄\W*|"
    r"(?:Get|Download|Holen Sie sich|Hol dir|Laden Sie|Obtenez|Téléchargez|Obtener|Obtén|Baixe|Obter|"
    r"Scarica|Ottieni|"
    r"Download|Skaffa|Hämta|Pobierz) Outlook[^\n]{1,100}|Outlook (?:für|for|pour|para|per|voor) (?:iOS|"
    r"Android)[^\n]{0,90})$",
    re.I,
)
"""A whole line that a program wrote under the person's words."""
