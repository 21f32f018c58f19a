"""What only looks alike stays apart: nothing is swallowed as "the same" that was said again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view

SHORT = ["ok", "haha", "yes", "no", "home", "late", "soon", "where", "here", "bus", "rain", "tea"]


def _chat(
    start: str, *, gap: int = 7, names: tuple[str, ...] = ("Tove", "Ida"), words: list[str] = SHORT
) -> str:
    at = datetime.fromisoformat(start)
    return "".join(
        f"{at + timedelta(minutes=gap * n):%d/%m/%Y, %H:%M} - {names[n % len(names)]}: {said}\n"
        for n, said in enumerate(words)
    )


def _import(self_: Self, folder: Path, text: str, title: str) -> tuple[int, int]:
    path = folder / f"WhatsApp Chat with {title}.txt"
    path.write_text(text, encoding="utf-8")
    done = import_path(self_, path, Options(me=("Ida",), zone="UTC"))
    return done.new, done.same


def test_the_same_short_words_on_another_day_are_new(fresh_self: Self, tmp_path: Path) -> None:
    assert _import(fresh_self, tmp_path, _chat("2022-03-05T10:00"), "Tove") == (12, 0)
    assert _import(fresh_self, tmp_path, _chat("2022-03-06T10:00"), "Tove") == (12, 0)
    assert _import(fresh_self, tmp_path, _chat("2022-04-06T13:30"), "Tove") == (12, 0)


def test_what_is_said_every_hour_is_new_every_hour(fresh_self: Self, tmp_path: Path) -> None:
    hourly = ["ok"] * 12
    assert _import(fresh_self, tmp_path, _chat("2022-03-05T00:00", gap=60, words=hourly), "Tove") == (12, 0)
    assert _import(fresh_self, tmp_path, _chat("2022-03-05T12:00", gap=60, words=hourly), "Tove") == (12, 0)


def test_short_words_with_two_people_at_two_times_are_two_chats(fresh_self: Self, tmp_path: Path) -> None:
    _import(fresh_self, tmp_path, _chat("2022-03-05T10:00"), "Tove")
    other = _chat("2022-03-05T10:03", names=("Gus", "Ida"))
    assert _import(fresh_self, tmp_path, other, "Gus") == (12, 0)
    with open_view(fresh_self, "retrieve") as view:
        assert [one.title for one in view.threads()] == ["Tove", "Gus"]


def test_the_same_short_words_sent_to_two_people_are_two_chats(fresh_self: Self, tmp_path: Path) -> None:
    _import(fresh_self, tmp_path, _chat("2022-03-05T10:00", names=("Ida",)), "Tove")
    assert _import(fresh_self, tmp_path, _chat("2022-03-05T10:00", names=("Ida",)), "Gus") == (12, 0)
    with open_view(fresh_self, "retrieve") as view:
        assert len(view.threads()) == 2


def test_an_ok_half_an_hour_later_is_another_ok(fresh_self: Self, tmp_path: Path) -> None:
    before = "05/03/2022, 10:00 - Tove: are you on the early train?\n"
    after = "05/03/2022, 12:00 - Tove: then I shall wait at the kiosk\n"
    _import(fresh_self, tmp_path, f"{before}05/03/2022, 10:10 - Ida: ok\n{after}", "Tove")
    later = _import(fresh_self, tmp_path, f"{before}05/03/2022, 10:40 - Ida: ok\n{after}", "Tove")
    assert later == (1, 2)
