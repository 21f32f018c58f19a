"""Which lines of a mail are the author's own, in more styles than the hand-written mails have."""

from __future__ import annotations

import pytest

from afterself.importers.mail_html import lines_of
from afterself.importers.mail_quotes import parts_of
from afterself.importers.mail_text import flowed

TOM = "Tom Berg <tom@example.com>"
OWN = "I will be there."
QUOTED = {
    "zoho": "---- On Tue, 12 Mar 2024 17:40:00 +0100 TOM wrote ----\n\nAre you coming?",
    "german, name first": "TOM schrieb am Di., 12. März 2024, 17:40:\n\n> Kommst du?",
    "german, name first, unmarked": "TOM schrieb am 12. März 2024 um 17:40:\nKommst du?",
    "old gmail": "2012/10/19 TOM\n\n> Are you coming?",
    "bold header lines": "*From:* Tom Berg [mailto:t@x.de]\n*Sent:* Tuesday, March 12\n*To:* Eva\n\nHi",
    "wrapped verb": "Le mar. 12 mars 2024 à 17:40, TOM a\nécrit :\n\n> Tu viens ?",
    "wrapped date": "On Tuesday, March 12, 2024 at\n5:40 PM TOM wrote:\n\n> Are you coming?",
    "german outlook": "---Ursprüngliche Nachricht---\nVon: Tom\nGesendet: Di\nAn: E\nBetreff: x\n\nKommst?",
    "windows mail": "Von: Tom Berg\nGesendet: Di, 12. März 2024 17:40\nAn: Eva\nBetreff: AW: x\n\nKommst?",
    "no blank line": "On 12 Mar 2024, at 17:40, TOM wrote:\n>Are you coming?\n>Tom",
    "norwegian": "tir. 12. mar. 2024 kl. 17:40 skrev TOM:\n\n> Kommer du?",
    "turkish": "TOM, 12 Mar 2024 Sal, 17:40 tarihinde şunu yazdı:\n\n> Geliyor musun?",
    "korean": "2024년 3월 12일 (화) 오후 5:40, TOM님이 작성:\n\n> 오세요?",
    "czech": "út 12. 3. 2024 v 17:40 odesílatel TOM napsal:\n\n> Přijdeš?",
    "portuguese outlook": "De: Tom\nEnviada em: terça-feira\nPara: Eva\nAssunto: sábado\n\nVens?",
    "spanish outlook": "De: Tom\nEnviado el: martes\nPara: Eva\nAsunto: sábado\n\n¿Vienes?",
}


def own_lines(text: str) -> str:
    lines = text.split("\n")
    flags = parts_of(lines, [""] * len(lines)).flags
    return "\n".join(line for line, flag in zip(lines, flags, strict=True) if flag == "own").strip()


@pytest.mark.parametrize("style", QUOTED)
def test_what_is_quoted_below_is_not_own(style: str) -> None:
    assert own_lines(f"{OWN}\n\n{QUOTED[style].replace('TOM', TOM)}\n") == OWN


@pytest.mark.parametrize(
    "text",
    [
        "She wrote:\nI do not know what to say.\nThat was all.",
        "From: here to there it is far.\nYours",
        "Date: tomorrow at 10:00\nPlace: the harbour\nBring: a coat",
        "I read it on 12 March 2024 and then he said:\nno.",
        "----- Shopping -----\nmilk\nbread",
        "Three things I wrote in 2019:\n- a poem\n- a letter",
        "The meeting:\nTo: decide\nFrom: nobody in particular",
        "Sent from the bottom of my heart a long time ago, and never answered.\nEva",
        "x -- y\n--- or so",
        "> 5 people came\nwould be a quote, but 5 > 4 is not",
    ],
)
def test_words_that_only_look_like_quoting_stay_own(text: str) -> None:
    wanted = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    assert own_lines(text) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPad", "Sent from Mail for Windows", "Sent from Yahoo Mail on Android",
        "Gesendet von Outlook", "Von meinem Samsung Galaxy Smartphone gesendet.", "Envoyé de mon iPhone",
        "Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato dal mio telefono",
        "Verzonden vanaf mijn iPhone", "Sendt fra min iPhone", "Отправлено с iPhone", "Wysłane z iPhone'a",
        "iPhoneから送信", "发自我的iPhone", "Get Outlook for Android", "Gesendet mit der GMX Mail App",
        "Sent via the Samsung Galaxy S8, an AT&T 5G smartphone",
    ],
)  # fmt: skip
def test_what_a_program_writes_below_is_a_signature(line: str) -> None:
    assert own_lines(f"{OWN}\n\n{line}\n") == OWN


def test_inline_answers_in_gmails_frame_stay_own() -> None:
    html = (
        '<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">On Tue wrote:</div>'
        '<blockquote class="gmail_quote">Are you coming?</blockquote><div>Yes.</div>'
        '<blockquote class="gmail_quote">Alone?</blockquote><div>No.</div></div>'
    )
    lines, flags = lines_of(html)
    flags = parts_of(lines, flags).flags
    assert [line for line, flag in zip(lines, flags, strict=True) if flag == "own" and line] == [
        "See below.", "Yes.", "No.",
    ]  # fmt: skip


def test_an_indented_paragraph_is_no_quotation() -> None:
    _, flags = lines_of('<blockquote style="margin:0 0 0 40px;border:none">my own</blockquote>')
    assert set(flags) == {""}


def test_what_is_hidden_in_the_page_is_not_read() -> None:
    lines, _ = lines_of("<style>p{}</style><script>alert(1)</script><!-- note --><p>seen</p><title>t</title>")
    assert [line for line in lines if line] == ["seen"]


def test_a_page_of_ten_thousand_nested_elements_is_read() -> None:
    lines, _ = lines_of("<div>" * 10_000 + "deep" + "</div>" * 10_000)
    assert "deep" in lines


def test_a_page_nested_a_hundred_thousand_deep_is_read_as_far_as_it_is_shallow() -> None:
    lines, _ = lines_of("<p>hello</p>" + "<div>" * 100_000 + "deep")
    assert lines[0] == "hello"
    assert "deep" not in lines


def test_flowed_lines_are_joined_and_their_depth_kept() -> None:
    lines, flags = flowed(["one ", "line", "> quoted ", "> too", "-- ", "Eva"])
    assert lines == ["one line", "> quoted too", "-- ", "Eva"]
    assert flags == ["", "quoted", "", ""]
