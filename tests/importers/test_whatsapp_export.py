"""WhatsApp chats come in as they were said: who, when, what, and nothing that nobody typed."""

from __future__ import annotations

import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from afterself.archive.drafts import Attachment, Locator, Person, RecordDraft, Span, ThreadDraft
from afterself.errors import SourceError, UnknownFormat

ANDROID = """\
31.12.19, 21:34 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.
31.12.19, 21:34 - Anna Berg: Guten Rutsch!
31.12.19, 21:35 - Tomas: Danke
dir auch

und Bea
01.01.20, 00:01 - Anna Berg: 🎆
"""


def test_an_android_chat_gives_these_records(chat):
    found = chat(ANDROID, "WhatsApp-Chat mit Anna Berg.txt", zone="Europe/Berlin")
    anna, tomas = Person("Anna Berg", "Anna Berg"), Person("Tomas", "Tomas")
    assert found.threads == [ThreadDraft("Anna Berg", "Anna Berg", "direct", (anna, tomas))]
    assert found.problems == []
    assert [(r.kind, r.author) for r in found.records] == [
        ("system", None), ("message", anna), ("message", tomas), ("message", anna),
    ]  # fmt: skip
    assert found.records[2] == RecordDraft(
        thread="Anna Berg",
        raw=b"31.12.19, 21:35 - Tomas: Danke\ndir auch\n\nund Bea",
        text="Danke\ndir auch\n\nund Bea",
        kind="message",
        author=tomas,
        said_at=datetime(2019, 12, 31, 20, 35, tzinfo=UTC),
        precision="minute",
        said_raw="31.12.19, 21:35",
        locator=Locator("WhatsApp-Chat mit Anna Berg.txt", offset=118, length=49),
        zone="Europe/Berlin",
    )


IOS = (
    "\ufeff[1/2/23, 10:00:00\u202fAM] Film night: \u200eMessages and calls are end-to-end encrypted.\r\n"
    "[1/2/23, 10:00:05\u202fAM] Film night: \u200eAnna created this group\r\n"
    "[1/2/23, 10:01:00\u202fAM] ~\u202fBen: hi @\u2068Anna\u2069\r\n"
    "\u200e[1/2/23, 10:02:00\u202fPM] Anna: \u200eimage omitted\r\n"
    "\u200e[1/13/23, 12:00:09\u202fAM] Anna: look at this \u200e<attached: 00000007-PHOTO.jpg>\r\n"
    "[1/13/23, 12:00:10\u202fPM] \u202a+49\u00a0170\u00a01234567\u202c: fine\r\n"
)


def _ios_zip(path: Path, text: str = IOS) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("_chat.txt", text)
        packed.writestr("00000007-PHOTO.jpg", b"not really a photo")
    return path


def test_an_ios_zip_gives_these_records(read, tmp_path):
    found = read(_ios_zip(tmp_path / "WhatsApp Chat - Film night.zip"))
    assert [(t.key, t.kind) for t in found.threads] == [("Film night", "group")]
    assert [p.name for p in found.threads[0].participants] == ["Ben", "Anna", "+49 170 1234567"]
    assert found.lines == [
        (None, "Messages and calls are end-to-end encrypted."),
        (None, "Anna created this group"),
        ("Ben", "hi @Anna"),
        ("Anna", "image omitted"),
        ("Anna", "look at this \u200e<attached: 00000007-PHOTO.jpg>"),
        ("+49 170 1234567", "fine"),
    ]
    assert [r.said_at.isoformat()[:19] for r in found.records[2:]] == [
        "2023-01-02T10:01:00", "2023-01-02T22:02:00", "2023-01-13T00:00:09", "2023-01-13T12:00:10",
    ]  # fmt: skip
    assert found.records[2].author == Person("~Ben", "Ben")
    assert found.records[2].said_raw == "1/2/23, 10:01:00\u202fAM"
    assert found.records[3].attachments == (Attachment("image", "omitted"),)
    photo = found.records[4]
    assert photo.attachments == (
        Attachment("00000007-PHOTO.jpg", "present", "image/jpeg", 18, "00000007-PHOTO.jpg"),
    )
    assert photo.text[photo.spans[0].end :] + photo.text[: photo.spans[0].start] == "look at this "
    assert {r.precision for r in found.records} == {"second"}


def test_two_ios_zips_with_the_same_member_name_are_two_chats(read, tmp_path):
    for name in ("Anna", "Ben"):
        _ios_zip(tmp_path / f"WhatsApp Chat - {name}.zip")
    found = read(tmp_path)
    assert sorted(thread.key for thread in found.threads) == ["Anna", "Ben"]
    assert len(found.records) == 12
    members = {r.locator.member for r in found.records}
    assert members == {"WhatsApp Chat - Anna.zip!/_chat.txt", "WhatsApp Chat - Ben.zip!/_chat.txt"}


def test_a_folder_of_exports_brings_all_of_them_and_names_a_damaged_one(read, tmp_path):
    (tmp_path / "WhatsApp Chat with Cleo.txt").write_text(
        "1/2/20, 09:00 - Cleo: hi\n13/2/20, 09:00 - Me: ho\n"
    )
    _ios_zip(tmp_path / "WhatsApp Chat - Anna.zip")
    broken = _ios_zip(tmp_path / "WhatsApp Chat - Broken.zip")
    broken.write_bytes(broken.read_bytes()[:-40])
    found = read(tmp_path)
    assert sorted(thread.key for thread in found.threads) == ["Anna", "Cleo"]
    assert [(p.severity, p.where) for p in found.problems] == [("error", "WhatsApp Chat - Broken.zip")]


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("WhatsApp Chat with Anna.txt", "Anna"),
        ("WhatsApp Chat with Anna (1).txt", "Anna"),
        ("WhatsApp-Chat mit Anna & Co.txt", "Anna & Co"),
        ("Chat de WhatsApp con Ana María.txt", "Ana María"),
        ("Chat WhatsApp con Anna.txt", "Anna"),
        ("Discussion WhatsApp avec Éva.txt", "Éva"),
        ("Conversa do WhatsApp com João.txt", "João"),
        ("WhatsApp Chat with \u202a+49 170 1234567\u202c.txt", "+49 170 1234567"),
        ("anna 2019.txt", "anna 2019"),
    ],
)
def test_the_chat_is_named_by_its_file_in_every_language(chat, file_name, title):
    found = chat("13/1/20, 09:00 - Anna: hi\n14/1/20, 09:00 - Ben: ho\n", file_name)
    assert [thread.title for thread in found.threads] == [title]


def test_a_bare_ios_chat_file_is_named_by_its_people_and_that_is_said(chat):
    found = chat("[13/1/20, 09:00:00] Ben: hi\n[14/1/20, 09:00:00] Anna: ho\n", "_chat.txt")
    assert found.threads[0].key == "Anna, Ben"
    assert "named by its people" in found.warnings[0]


def test_a_caption_before_what_was_left_out_is_the_authors(chat):
    found = chat("13/1/20, 21:05 - Anna: look, snow!\u200eimage omitted\n")
    (record,) = found.records
    assert [(record.text[s.start : s.end], s.kind) for s in record.spans] == [
        ("\u200eimage omitted", "placeholder")
    ]
    assert [one.name for one in record.attachments] == ["image"]


def test_a_line_pasted_from_another_time_stays_in_its_message_as_pasted(chat):
    found = chat(
        "13/1/20, 09:00 - Anna: she wrote\n01/05/19, 10:00 - Bea: are you coming?\nand I said no\n"
        "13/1/20, 09:05 - Ben: oh\n"
    )
    assert found.lines == [
        ("Anna", "she wrote\n01/05/19, 10:00 - Bea: are you coming?\nand I said no"), ("Ben", "oh"),
    ]  # fmt: skip
    pasted = found.records[0].spans
    assert pasted == (Span(10, 48, "pasted"),)
    assert found.records[0].text[10:48] == "01/05/19, 10:00 - Bea: are you coming?"
    assert [p.where for p in found.problems] == ["WhatsApp Chat with Anna.txt:line 2"]


def test_a_header_of_another_shape_is_text(chat):
    found = chat("13/1/20, 09:00 - Anna: see:\n[13/1/20, 08:00:00] Ben: no\n14/1/20, 09:00 - Ben: oh\n")
    assert found.lines == [("Anna", "see:\n[13/1/20, 08:00:00] Ben: no"), ("Ben", "oh")]


def test_a_message_that_arrived_late_is_still_its_authors(chat):
    found = chat(
        "13/1/20, 09:00 - Anna: a\n13/1/20, 12:00 - Ben: b\n"
        "13/1/20, 10:30 - Anna: late\n13/1/20, 12:01 - Ben: c\n"
    )
    assert found.lines == [("Anna", "a"), ("Ben", "b"), ("Anna", "late"), ("Ben", "c")]


def test_a_name_with_a_colon_is_seen_by_its_regularity(chat):
    text = "".join(
        f"13/1/20, 09:0{i} - Dr: Who: line {i}\n13/1/20, 09:0{i} - Ana: {i}: ok\n" for i in range(6)
    )
    found = chat(text)
    assert {r.author.name for r in found.records} == {"Dr: Who", "Ana"}
    assert found.records[0].text == "line 0"
    assert found.records[1].text == "0: ok"


@pytest.mark.parametrize(
    "notice",
    [
        "Anna created group “Trip: Rome”",
        "Anna changed the subject from “Trip” to “Trip: the plan”",
        'Anna changed the subject to "Trip: the plan"',
        "Ben left",
        "林夏將主旨從「旅行」改為「旅行: 羅馬」",
        "Your security code with Anna changed. Tap to learn more.",
    ],
)
def test_notices_are_nobodys_words(chat, notice):
    found = chat(f"13/1/20, 09:00 - Anna: hi\n13/1/20, 09:01 - {notice}\n13/1/20, 09:02 - Ben: ho\n")
    assert [(r.kind, r.author is None) for r in found.records] == [
        ("message", False), ("system", True), ("message", False),
    ]  # fmt: skip
    assert found.records[1].text == notice


def test_what_people_write_about_groups_and_quotes_stays_theirs(chat):
    found = chat("13/1/20, 09:00 - Anna: I left the group\n13/1/20, 09:01 - Ben: Anna said: “no: never”\n")
    assert [r.kind for r in found.records] == ["message", "message"]
    assert found.threads[0].kind == "direct"


@pytest.mark.parametrize(
    "placeholder",
    [
        "<Media omitted>", "<Medien ausgeschlossen>", "<Multimedia omitido>", "<Médias omis>",
        "<Mídia oculta>", "<Media omessi>", "<Arquivo de mídia oculto>", "image omitted",
        "Bild weggelassen", "video omitido", "audio omis", "sticker omesso",
        "GIF omitted", "documento omitido", "Contact card omitted",
        "image absente", "imagem ocultada", "report.pdf • 2 pages document omitted",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_word_of_the_authors(chat, placeholder):
    for mark in ("", "\u200e"):
        found = chat(f"13/1/20, 09:00 - Anna: {mark}{placeholder}\n13/1/20, 09:01 - Ben: ho\n")
        record = found.records[0]
        assert (record.kind, record.text) == ("message", placeholder)
        assert record.spans == (Span(0, len(placeholder), "placeholder"),)
        assert [a.state for a in record.attachments] == ["omitted"]


@pytest.mark.parametrize("tag", ["file attached", "Datei angehängt", "archivo adjunto", "fichier joint",
                                 "arquivo anexado", "file allegato"])  # fmt: skip
def test_a_caption_under_an_attached_file_is_the_authors(chat, tag):
    found = chat(f"13/1/20, 09:00 - Anna: \u200eIMG-1.jpg ({tag})\nour garden\n13/1/20, 09:01 - Ben: ho\n")
    record = found.records[0]
    assert record.attachments == (Attachment("IMG-1.jpg", "missing", "image/jpeg"),)
    assert record.text[record.spans[0].end :] == "\nour garden"


@pytest.mark.parametrize("tag", ["attached", "Anhang", "adjunto", "pièce jointe ", "anexado", "allegato"])
def test_an_ios_attachment_is_found_beside_the_chat(read, tmp_path, tag):
    text = f"[13/1/20, 09:00:00] Anna: \u200e<{tag}: 00000007-PHOTO.jpg>\r\n"
    found = read(_ios_zip(tmp_path / "WhatsApp Chat - Anna.zip", text))
    assert [a.state for a in found.records[0].attachments] == ["present"]


@pytest.mark.parametrize(
    "notice",
    [
        "This message was deleted.", "You deleted this message", "Diese Nachricht wurde gelöscht.",
        "Se eliminó este mensaje.", "Ce message a été supprimé", "Esta mensagem foi apagada",
        "Questo messaggio è stato eliminato",
    ],
)  # fmt: skip
def test_a_deleted_message_keeps_no_text(chat, notice):
    found = chat(f"13/1/20, 09:00 - Anna: {notice}\n13/1/20, 09:01 - Ben: ho\n")
    assert (found.records[0].deleted, found.records[0].text) == (True, "")


@pytest.mark.parametrize(
    "suffix",
    [
        "<This message was edited>", "<Diese Nachricht wurde bearbeitet.>", "<Se editó este mensaje.>",
        "<Ce message a été modifié>", "<Mensagem editada>", "<Questo messaggio è stato modificato>",
    ],
)  # fmt: skip
def test_the_mark_of_an_edited_message_is_cut(chat, suffix):
    found = chat(f"13/1/20, 09:00 - Anna: at six \u200e{suffix}\n13/1/20, 09:01 - Ben: ho\n")
    assert (found.records[0].edited, found.records[0].text) == (True, "at six")
    assert found.records[0].spans == ()


@pytest.mark.parametrize(
    "call",
    [
        "Missed voice call", "\u200eVideo call, \u200e5 min", "Voice call, 12 min", "Verpasster Sprachanruf",
        "Videollamada perdida", "Appel vocal manqué", "Chamada de voz perdida", "Chiamata vocale persa",
    ],
)  # fmt: skip
def test_a_call_is_a_call(chat, call):
    found = chat(f"13/1/20, 09:00 - Anna: {call}\n13/1/20, 09:01 - Ben: ho\n")
    assert [r.kind for r in found.records] == ["call", "message"]


@pytest.mark.parametrize(
    "words",
    ["Video call, tomorrow at six?", "Missed voice call, sorry, I drove", "Videollamada", "null set"],
)
def test_what_people_write_about_calls_is_no_call(chat, words):
    found = chat(f"13/1/20, 09:00 - Anna: {words}\n13/1/20, 09:01 - Ben: ho\n")
    assert [(r.kind, r.spans) for r in found.records] == [("message", ()), ("message", ())]


@pytest.mark.parametrize(
    "words", ["null", "Waiting for this message. It may take a while.", "Live location shared"]
)
def test_what_stands_for_a_message_that_was_not_exported_is_a_placeholder(chat, words):
    found = chat(f"13/1/20, 09:00 - Anna: {words}\n13/1/20, 09:01 - Ben: ho\n")
    assert found.records[0].spans == (Span(0, len(words), "placeholder"),)


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("location: https://maps.google.com/?q=48.1,11.5", ""),
        ("Location: Harbour Inn (1 Quay Road): https://foursquare.com/v/4b1", ""),
        ("Konum: https://maps.google.com/?q=41,29", ""),
        ("Kinnisvara: https://maps.google.com/?q=59.4,24.7", ""),
        ("let us meet here: https://maps.google.com/?q=48.1,11.5", "all"),
        ("hier: https://maps.google.com/maps/place/Rathaus", "all"),
    ],
)
def test_a_place_that_was_shared_is_no_word_of_theirs_and_what_they_typed_before_a_link_is(chat, words, own):
    (record,) = chat(f"13/1/20, 21:05 - Anna: {words}\n").records
    assert [(s.start, s.end, s.kind) for s in record.spans] == (
        [] if own else [(0, len(words), "placeholder")]
    )


def test_three_people_make_a_group(chat):
    text = "13/1/20, 09:00 - Anna: a\n13/1/20, 09:01 - Ben: b\n"
    assert chat(text).threads[0].kind == "direct"
    assert chat(text + "13/1/20, 09:02 - Cleo: c\n").threads[0].kind == "group"
    assert chat(text + "13/1/20, 09:02 - Ben added you\n").threads[0].kind == "group"


def test_raw_blocks_do_not_depend_on_newlines_or_on_what_follows(chat):
    first = "13/1/20, 09:00 - Anna: a\nb\n"
    more = "13/1/20, 09:01 - Ben: c\n"
    unix = chat(first)
    windows = chat("\ufeff" + (first + more).replace("\n", "\r\n"))
    assert unix.records[0].raw == windows.records[0].raw == b"13/1/20, 09:00 - Anna: a\nb"
    assert chat(first + "\n\n").records[0].raw == unix.records[0].raw


def test_text_before_the_first_message_is_skipped_by_name(chat):
    found = chat("exported on Monday\n13/1/20, 09:00 - Anna: a\n13/1/20, 09:01 - Anna: \n")
    assert found.lines == [("Anna", "a")]
    assert found.skipped == [
        ("WhatsApp Chat with Anna.txt:line 1", "it stands before the first message"),
        ("WhatsApp Chat with Anna.txt:line 3", "the message is empty"),
    ]


def test_a_file_that_is_only_named_like_a_chat_is_refused_with_the_reason(chat):
    with pytest.raises(UnknownFormat, match="no line begins with a date"):
        chat("hello\nthere\n")


def test_a_chat_of_nothing_but_empty_messages_is_an_error(chat):
    with pytest.raises(SourceError, match="holds no message"):
        chat("13/1/20, 09:00 - Anna: \n13/1/20, 09:01 - Ben: \n")


@pytest.mark.parametrize(
    "piece",
    [" • ", " ", "@\u2068", "\u200e<", "a.b ", " hat ", "“", ": ", "13/1/20, 09:00 - ", "(1 ", "OPTION: "],
)
@pytest.mark.parametrize("start", ["", "\u200e", "POLL:\n"])
def test_a_very_long_odd_message_is_read_in_a_moment(chat, start, piece):
    began = time.process_time()
    found = chat(f"13/1/20, 09:00 - Anna: {start}x{piece * 40_000}x\n13/1/20, 09:01 - Ben: ho\n")
    assert found.lines[-1] == ("Ben", "ho")
    assert time.process_time() - began < 5
