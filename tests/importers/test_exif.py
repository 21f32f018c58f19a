"""When and where a picture was taken is read from its head, whatever kind of file it is."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_maker import FILES, heic, jpeg, tags

from afterself.importers.exif import Taken, taken
from afterself.importers.exif_containers import FARTHEST

PICTURES = Path(__file__).parent / "pictures"
WRITTEN_ELSEWHERE = json.loads((PICTURES / "pictures.json").read_text(encoding="utf-8"))
MUNICH = Taken("2019-05-03T14:02:10+02:00", 48.13743, 11.57549)


def read(data: bytes) -> Taken:
    return taken(io.BytesIO(data))


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_kind_of_file_in_either_order_of_bytes_says_when_and_where(kind: str, order: str) -> None:
    assert read(FILES[kind](tags(order=order))) == MUNICH


@pytest.mark.parametrize("name", WRITTEN_ELSEWHERE)
def test_pictures_that_somebody_else_made_say_what_their_maker_says(name: str) -> None:
    wanted = WRITTEN_ELSEWHERE[name]
    found = taken(io.BytesIO((PICTURES / name).read_bytes()))
    assert found.when == (wanted["taken_at"] or "") + (wanted["offset"] or "")
    for angle, said in ((found.latitude, wanted["latitude"]), (found.longitude, wanted["longitude"])):
        assert angle == (said if said is None else pytest.approx(said, abs=1e-4))


def test_a_camera_that_knows_no_zone_tells_its_wall_clock() -> None:
    assert read(jpeg(tags(offset=""))).when == "2019-05-03T14:02:10"


def test_south_and_west_are_below_zero() -> None:
    found = read(jpeg(tags(place=("S", 33.8568, "W", 70.6483))))
    assert (found.latitude, found.longitude) == (-33.8568, -70.6483)


@pytest.mark.parametrize(
    "when", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2019:13:03 14:02:10", "x" * 19]
)
def test_a_clock_that_was_never_set_is_no_date(when: str) -> None:
    assert read(jpeg(tags(when=when, place=None))) == Taken()


def test_a_day_that_is_none_takes_no_place_away() -> None:
    assert read(jpeg(tags(when="2019:02:30 14:02:10"))) == replace(MUNICH, when="")


@pytest.mark.parametrize(
    "place", [("N", 0.0, "E", 0.0), ("N", 91.0, "E", 11.0), ("", 48.0, "E", 11.0), ("N", 48.0, "E", 181.0)]
)
def test_a_place_that_is_none_is_not_told(place: tuple[str, float, str, float]) -> None:
    found = read(jpeg(tags(place=place)))
    assert (found.latitude, found.longitude) == (None, None)


def test_a_directory_that_points_at_itself_ends() -> None:
    block = bytearray(tags())
    at = block.index(struct.pack("<HHI", 0x8769, 4, 1))
    struct.pack_into("<I", block, at + 8, 8)
    assert read(jpeg(bytes(block))).latitude == MUNICH.latitude


def test_counts_and_offsets_that_lie_cost_nothing() -> None:
    block = tags()
    liars = [
        block.replace(struct.pack("<HHI", 0x9003, 2, 20), struct.pack("<HHI", 0x9003, 2, 0xFFFFFFFF)),
        block.replace(struct.pack("<HHI", 2, 5, 3), struct.pack("<HHI", 2, 5, 0xFFFFFFFF)),
        b"II*\0" + struct.pack("<I", 8) + b"\xff\xff" + bytes(12) * 9,
        b"II*\0" + struct.pack("<I", 0xFFFFFFF0),
    ]
    tracemalloc.start()
    for liar in liars:
        read(jpeg(liar))
        read(heic(liar))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20


def test_only_the_head_of_a_long_picture_is_read() -> None:
    for head in (
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xff",
        b"\xff\xd8",
        b"\0\0\0\x08ftypheic",
        b"II*\0\xff\xff\xff\xff",
    ):
        picture = io.BytesIO(head + bytes(3 * FARTHEST))
        assert taken(picture) == Taken()
        assert picture.tell() <= FARTHEST + (1 << 17)


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6)), max_size=4),
)
def test_a_damaged_picture_tells_what_it_can_and_never_more_than_a_real_place(
    kind: str, damage: list[tuple[int, bytes]]
) -> None:
    data = bytearray(FILES[kind](tags()))
    for at, new in damage:
        data[at : at + len(new)] = new
    found = read(bytes(data[: len(data) - len(damage)]))
    assert found.latitude is None or -90 <= found.latitude <= 90
    assert found.longitude is None or -180 <= found.longitude <= 180
