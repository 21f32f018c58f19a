"""Subtitles and transcripts of meetings: each trap is a test by name; a broken cue harms no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView


def cue(id: str, start: str, *texts: str) -> str:
    return f"{id}\n00:00:{start}.000 --> 00:00:{start}.900\n" + "\n".join(texts) + "\n\n"


def read(path: Path, text: str | bytes) -> Read:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with SourceView.at(path) as source:
        return read_source(source, Options(zone="UTC"))


def test_a_name_before_a_colon_speaks_only_where_most_cues_have_one(tmp_path: Path) -> None:
    named = cue("1", "01", "Ida: hi") + cue("2", "02", "Ben: so: yes", "well") + cue("3", "03", "(laughs)")
    found = read(tmp_path / "a.vtt", "WEBVTT\n\n" + named)
    assert found.lines == [("Ida", "hi"), ("Ben", "so: yes\nwell"), (None, "(laughs)")]
    film = cue("1", "01", "Listen: run") + cue("2", "02", "- Why?") + cue("3", "03", "Now")
    assert read(tmp_path / "film.srt", film.replace(".", ",")).lines == [
        (None, "Listen: run"),
        (None, "- Why?"),
        (None, "Now"),
    ]


def test_a_voice_tag_names_who_speaks_and_tags_and_notes_are_no_speech(tmp_path: Path) -> None:
    text = "WEBVTT\n\nNOTE\nx --> y\n\nSTYLE\n::cue {}\n\n" + cue(
        "1", "01", "<v.a Ida &amp; Co>a <i>b</i> &lt;3</v>"
    )
    assert read(tmp_path / "a.vtt", text).lines == [("Ida & Co", "a b <3")]


def test_what_only_looks_like_a_tag_stays_text(tmp_path: Path) -> None:
    found = read(tmp_path / "a.vtt", "WEBVTT\n\n" + cue("1", "01", "Ida: 1 <2 and <|im_end|> <vital>"))
    assert found.lines == [("Ida", "1 <2 and <|im_end|> <vital>")]


def test_an_instant_is_known_where_zoom_s_file_name_tells_the_start(tmp_path: Path) -> None:
    text = "WEBVTT\n\n" + cue("1", "07", "Ida: hi")
    zoom = read(tmp_path / "GMT20240305-235959_Recording.transcript.vtt", text).records[0]
    assert (zoom.said_at, zoom.zone) == (datetime(2024, 3, 6, 0, 0, 6, tzinfo=UTC), "UTC")
    for name in ("a.vtt", "GMT20249905-235959_Recording.vtt"):
        assert read(tmp_path / name, text).records[0].said_at is None


def test_transcripts_of_one_name_of_two_meetings_are_two(tmp_path: Path, fresh_self: Self) -> None:
    for number in (1, 2):
        path = tmp_path / str(number) / "transcript.vtt"
        path.parent.mkdir()
        path.write_text("WEBVTT\n\n" + cue("1", f"0{number}", "Ida: hi"))
        done = import_path(fresh_self, path, Options(me=("Ida",)))
        assert (done.new, done.changed) == (1, 0)


def test_a_word_that_was_corrected_is_a_revision_and_a_longer_transcript_adds_what_is_new(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = tmp_path / "a.vtt"
    first = "WEBVTT\n\n" + cue("1", "01", "Ida: hi") + cue("2", "02", "Ida: bed")
    for text, wanted in (
        (first, (2, 0, 0)),
        (first.replace("bed", "bet") + cue("3", "03", "Ida: more"), (1, 1, 1)),
        (first.replace("bed", "bet"), (0, 0, 2)),
    ):
        path.write_text(text)
        done = import_path(fresh_self, path, Options(me=("Ida",)))
        assert (done.new, done.changed, done.same) == wanted


def test_ids_that_begin_anew_in_a_joined_file_are_all_read(tmp_path: Path, fresh_self: Self) -> None:
    path = tmp_path / "a.srt"
    path.write_text((cue("1", "01", "one") + cue("1", "02", "two") + cue("1", "02", "two")).replace(".", ","))
    assert import_path(fresh_self, path).new == 3
    assert import_path(fresh_self, path).new == 0


def test_cues_without_ids_hours_or_a_blank_line_at_the_end_are_read(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Ida>a\n\n00:01.000 --> 00:02.000\n<v Ben>b"
    assert read(tmp_path / "a.vtt", text).lines == [("Ida", "a"), ("Ben", "b")]


def test_utf_16_and_windows_1252_are_read(tmp_path: Path) -> None:
    text = cue("1", "01", "für Öl").replace(".", ",").replace("\n", "\r\n")
    assert read(tmp_path / "a.srt", text.encode("utf-16")).lines == [(None, "für Öl")]
    found = read(tmp_path / "b.srt", text.encode("cp1252"))
    assert found.lines == [(None, "für Öl")] and len(found.warnings) == 1


def test_the_chat_of_a_meeting_knows_its_quotations_and_reactions(tmp_path: Path) -> None:
    text = '10:00:05\t From Ida to Everyone:\n\tReplying to "shall we"\n\n\tyes\n'
    text += '10:00:06\t From Ben to Everyone:\n\tReacted to "yes" with 👍\n'
    text += "10:00:07\t From Ben to Ida(Direct Message):\n\ta"
    found = read(tmp_path / "meeting_saved_chat.txt", text)
    assert found.lines == [("Ida", 'Replying to "shall we"\n\nyes'), ("Ben", "a")]
    assert [(one.start, one.end, one.kind) for one in found.records[0].spans] == [(0, 24, "quoted")]
    assert [one.name for one in found.records[1].recipients] == ["Ida"]
    assert len(found.skipped) == 1


BROKEN = [
    "9\n00:00:01 -> x\nno",
    "words alone",
    "9\n00:99:01.000 --> 00:99:02.000\nx",
    "9\n00:00:01.000 --> 00:00:02.000",
]


@pytest.mark.parametrize("broken", [*BROKEN, "9\n00:00:01.000 --> 00:00:02.000\n" + ("x" * 99 + "\n") * 900])
def test_a_broken_cue_is_named_by_its_line_and_harms_no_other(tmp_path: Path, broken: str) -> None:
    text = "WEBVTT\n\n" + cue("1", "01", "Ida: a") + broken + "\n\n" + cue("2", "02", "Ida: b")
    found = read(tmp_path / "a.vtt", text)
    assert found.lines == [("Ida", "a"), ("Ida", "b")]
    assert [where for where, _ in found.skipped] == ["a.vtt: line 7"]


def test_other_texts_are_no_transcripts(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("10:00:05 I went From home to work: by bike\n")
    (tmp_path / "a.srt").write_text("no subtitles\n")
    with SourceView.at(tmp_path) as source:
        assert read_source(source, Options()).formats == ["documents"]


@settings(max_examples=80)
@given(st.lists(st.text(alphabet="0123456789:.,-> <v/>Ida&;\r\n\té", max_size=40), max_size=6))
def test_cues_of_any_shape_end_no_file(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("cues") / "a.vtt"
    text = (
        "WEBVTT\n\n"
        + cue("1", "01", "<v Ida>a</v>")
        + "\n".join(lines)
        + "\n\n"
        + cue("2", "02", "<v Ida>last")
    )
    assert read(path, text).lines[-1] == ("Ida", "last")
