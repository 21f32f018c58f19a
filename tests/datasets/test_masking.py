"""Personal data does not reach the weights, and what only looks like it does."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from afterself.datasets import build_examples, conversations
from afterself.datasets.masking import masked, masks
from afterself.models.tokens import HFTurnTokenizer
from afterself.models.turns import render
from tests.datasets.talks import Talks, said

PERSONAL = {
    "call me on 0171 1234567": "call me on <phone>",
    "+49 171 1234567 is mine": "<phone> is mine",
    "+1 (555) 123-4567": "<phone>",
    "ring (555) 123-4567, ok?": "ring <phone>, ok?",
    "555-123-4567": "<phone>",
    "tel: 555-1234": "tel: <phone>",
    "my number is 5551234.": "my number is <phone>.",
    "030/1234567": "<phone>",
    "06 12 34 56 78": "<phone>",
    "020 7946 0958": "<phone>",
    "07700 900123": "<phone>",
    "0041 79 123 45 67": "<phone>",
    "98765 43210": "<phone>",
    "13812345678": "<phone>",
    "https://wa.me/491711234567": "<phone>",
    "@491711234567 look": "<phone> look",
    "write to anna.k+x@mail.example.org, please": "write to <email>, please",
    "mailto:a@b.co": "<email>",
    "DE89 3704 0044 0532 0130 00": "<iban>",
    "gb82west12345698765432": "<iban>",
    "4111 1111 1111 1111": "<card>",
    "5500-0000-0000-0004 exp 12/27": "<card> exp 12/27",
    "see https://example.org/reset?token=abc123.": "see <link>.",
    "https://user:pw@example.org/x": "<link>",
    "https://docs.google.com/document/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQrStUvWxYz/edit": "<link>",
    "https://chat.whatsapp.com/AbCdEf123": "<link>",
    "https://zoom.us/j/123456789?pwd=abc": "<link>",
    "https://www.facebook.com/anna.k": "<handle>",
    "t.me/annak": "<handle>",
    "we are at https://maps.google.com/?q=52.52001,13.40495": "we are at <address>",
    "I live at 12 baker street now": "I live at <address> now",
    "12 Baker Street, NW1 6XE London": "<address>",
    "Hauptstraße 12a, 10115 Berlin": "<address>",
    "Lindenstr. 5": "<address>",
    "12 rue de la Paix": "<address>",
    "Via Roma 12": "<address>",
    "Calle de Alcalá 42": "<address>",
    "Kerkstraat 12": "<address>",
    "@anna_k92 look": "<handle> look",
    "sk-abcdefghijklmnop1234": "<secret>",
    "ghp_abcdefghijklmnopqrst123456": "<secret>",
    "password: hunter22": "password: <secret>",
    "PIN 4711": "PIN <secret>",
    "the code is 483920": "the code is <secret>",
    "550e8400-e29b-41d4-a716-446655440000": "<id>",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709": "<id>",
    "078-05-1120": "<id>",
    "Kundennummer 12345678901": "Kundennummer <id>",
}

HARMLESS = """
at 18:30 on 04.03.2019 | 2019-03-04T18:30:00+01:00 | in 1945, 2019 and 2020/21 | 10.04.2019 18:30
12/05/2019 and 5/6 | Mon 04 Mar 2019 18:30:00 | 10:00-12:30 | 24/7 | from 1914 to 1918 | 2020 2021 2022
1990-2000 | code 2019 | code 200 | error code 1045 | 7:05 pm
it cost 1,250.00 € or $3,400 | € 1.234.567,89 | £20,000 | 50% of 1000
1,234,567 | 12.345.678 | 1 000 000 000 users | won 3-2, then 6-4 6-3 7-5 | 100-200 words | 7800000000 people
5 km in 25:30 | -273.15 | 0.0012345 | 1.5 2.5 3.5 | 3x3x3 | version 1.2.3.4 and 2.10.0-rc.1 | python 3.11
C++11 and C++14 | chapter 10.2.1 | 192.168.0.1 | port 8080 | GPT-4 | H2O | order 12345, order #987654
1234567 | room 1203 | line 4042 | commit 3f2a9bc | DS-1234 | flight LH 1234 | ICE 1203 | B-52
http://example.org/issues/1234 | https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://jira.example.org/browse/DS-1234 | https://example.org/2019/03/04/some-long-title-with-many-words-2
https://github.com/dspace/dspace/pull/1234 | https://www.facebook.com/groups/ | https://x.org/y/commit/6aaccc5e3bcae4c3887898da2f1a1e0ffe8885c2
https://wiki.example.org/x/Release+3.0+Notes#Release3.0Notes-TimelineandProcessing2 | 3 Google Drive
2 Hard Drive | 10 long road | 5 min lane | 1st Street fair | Arbeitsplatz 3 | Psalm 119:105 | John 3:16-17
Beethoven op. 111 no. 32 | 0 1 2 3 4 5 6 7 8 9 | 20 30 40 50 60 | 100 200 300 | 8 9 10 11 12
the pin is broken | password is wrong | @Override | @home @ 5pm | @anna look | mobile 5 days | call me at 6
call me at 18.30 | SomeVeryLongCamelCaseIdentifierName | org.dspace.app.xmlui.aspect
a-very-long-hyphenated-word-with-20-parts | Via Skype | 5'11" 180lbs | 1/2 cup, 250 g | f(x) = 10 | 1e10
+1 | +100 points | 3 + 4 = 7 | handy 3310 | tel aviv 2019 | No. 10 Downing
"""


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_replaced_by_what_it_is(text: str) -> None:
    assert masked(text) == PERSONAL[text]


@pytest.mark.parametrize(
    "text", [t.strip() for row in HARMLESS.splitlines() for t in row.split(" | ") if t.strip()]
)
def test_dates_prices_scores_versions_and_links_survive(text: str) -> None:
    assert masked(text) == text


def test_capitals_of_other_alphabets_are_no_account_number_and_stop_nothing() -> None:
    address = "NO12 İSTANBUL CADDESİ KAT 3, TR33 0006 1005 1978 6457 8413 26"
    assert masked(address) == "NO12 İSTANBUL CADDESİ KAT 3, <iban>"


def test_a_known_account_is_masked_wherever_it_is_mentioned_and_a_name_is_not() -> None:
    assert masked("thanks @AnnaK. And @anna!", {"annak"}) == "thanks <handle>. And @anna!"


def test_places_are_code_points_of_the_text_in_order() -> None:
    text = "🙂 a@b.co, later +49 171 1234567"
    assert [text[m.begins : m.ends] for m in masks(text)] == ["a@b.co", "+49 171 1234567"]


@pytest.mark.parametrize(
    "text",
    ["x" * 200_000, "0" * 200_000, "a." * 100_000, "a@" * 100_000, "+49 " * 50_000,
     "https://" * 25_000,
     "Aa " * 70_000, "12 Aa " * 30_000, "a-1" * 70_000, "tel " * 50_000, "0-" * 100_000, "www." * 50_000,
     "https://x.org/" + "a1-" * 60_000, "DE89" * 50_000, "Via A a a " * 20_000, "(" * 200_000,
     "eyJ" * 60_000],
)  # fmt: skip
def test_no_message_makes_masking_slow(text: str) -> None:
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 5


def strings(view: Talks) -> list[str]:
    talks = conversations(view)  # type: ignore[arg-type]
    return [render(t.header(t.bursts), [b.turn for b in t.bursts], group=t.group) for t in talks]


def test_both_sides_are_masked_in_place_and_no_turn_is_dropped() -> None:
    view = Talks(anna=[
        said("Anna", "+49 171 1234567", 0),
        said("me", "mine is a@b.co", 1),
        said("Anna", "thanks, at 18:30", 2),
        said("me", "078-05-1120", 3),
    ])  # fmt: skip
    assert strings(view) == [
        "<|im_start|>system\nto: Anna (friend); via: whatsapp; on: 2019-03<|im_end|>\n"
        "<|im_start|>user\n<phone><|im_end|>\n<|im_start|>assistant\nmine is <email><|im_end|>\n"
        "<|im_start|>user\nthanks, at 18:30<|im_end|>\n<|im_start|>assistant\n<id><|im_end|>\n"
    ]


def test_a_contact_who_is_only_a_number_is_no_number_in_the_header() -> None:
    number = "+49 171 1234567"
    assert strings(Talks(x=[said(number, "hi", 0), said("me", "who?", 1)]))[0].startswith(
        "<|im_start|>system\nto: <phone>; via: whatsapp"
    )
    group = Talks(x=[said(number, "hi", 0), said("Ben", "yo", 1), said("me", "who?", 2)])
    assert "<phone>: hi\nBen: yo" in strings(group)[0] and number not in strings(group)[0]


def test_the_targets_are_the_masked_words_and_only_those(tiny_base: Path) -> None:
    tokenizer = HFTurnTokenizer(tiny_base)
    rows = [
        message
        for n in range(40)
        for message in (
            said("Anna", f"call +49 171 12345{n:02}", n),
            said("me", f"no, a{n}@b.co, at {n}:30", n),
        )
    ]
    dataset = build_examples(Talks(anna=rows), tokenizer, context=128)  # type: ignore[arg-type]
    seen = [tokenizer.decode(e.ids) for e in dataset.train]
    targets = [
        tokenizer.decode([i for i, wanted in zip(e.ids, e.supervised, strict=True) if wanted])
        for e in dataset.train
    ]
    assert dataset.messages == 40 and "no, <email>, at 0:30<|im_end|>" in targets[0]
    assert not any("@b.co" in text or "171" in text for text in seen)
    assert all("call" not in text for text in targets) and "call <phone>" in seen[0]
    size = sum(e.owner_bytes for e in (*dataset.train, *dataset.validation))
    assert size == sum(len(f"no, <email>, at {n}:30") + 1 for n in range(40))
