"""From a real export through archive and view to conversations: nothing that is hidden pairs falsely."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.datasets import conversations
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.models.turns import render
from afterself.policy import open_view

CHAT = """\
[04.03.2019, 18:00:00] Messages and calls are end-to-end encrypted.
[04.03.2019, 18:00:01] Ben: want to eat together?
[04.03.2019, 18:01:00] Anna: sure
[04.03.2019, 18:02:00] Ben: \u200e<attached: 00000001-PHOTO.jpg>
[04.03.2019, 18:03:00] Anna: cute
[04.03.2019, 18:04:00] Ben: when?
[04.03.2019, 18:05:00] Anna: \u200e<attached: 00000002-PHOTO.jpg>
[04.03.2019, 18:06:00] Anna: then
[04.03.2019, 18:07:00] Ben: a secret
[04.03.2019, 18:08:00] Anna: never told
"""


@pytest.fixture
def chat(fresh_self: Self, tmp_path: Path) -> Self:
    export = tmp_path / "WhatsApp Chat with Ben.txt"
    export.write_text(CHAT, encoding="utf-8")
    import_path(fresh_self, export, Options(me=("Anna",), zone="UTC", date_order="dmy"))
    return fresh_self


def strings(self_: Self) -> list[str]:
    with open_view(self_, "train") as view:
        talks = list(conversations(view))
    return [render(t.header(t.bursts), [b.turn for b in t.bursts], group=t.group) for t in talks]


HEAD = "<|im_start|>system\nto: Ben; via: whatsapp; on: 2019-03<|im_end|>\n"


def test_a_whatsapp_chat_becomes_talks_that_a_photo_cuts(chat: Self) -> None:
    assert strings(chat) == [
        HEAD + "<|im_start|>user\nwant to eat together?<|im_end|>\n<|im_start|>assistant\nsure<|im_end|>\n",
        HEAD + "<|im_start|>assistant\ncute<|im_end|>\n<|im_start|>user\nwhen?<|im_end|>\n"
        "<|im_start|>assistant\nthen<|im_end|>\n<|im_start|>user\na secret<|im_end|>\n"
        "<|im_start|>assistant\nnever told<|im_end|>\n",
    ]


def test_a_forgotten_question_lends_its_answer_to_no_other(chat: Self) -> None:
    with open_view(chat, "list") as view:
        (secret,) = [record.id for record in view.records() if record.text == "a secret"]
    with Archive.writing(chat) as archive:
        archive.bury([secret])
    assert strings(chat)[2] == HEAD + "<|im_start|>assistant\nnever told<|im_end|>\n"


def test_an_excluded_contact_is_no_context_and_glues_no_answers_together(chat: Self) -> None:
    with Archive.writing(chat) as archive, archive.transaction():
        for identity in archive.people.find("Ben"):
            archive.people.exclude(identity.contact)
    answers = [string.split("assistant\n")[1] for string in strings(chat)]
    assert answers == [f"{said}<|im_end|>\n" for said in ("sure", "cute", "then", "never told")]
