"""Bluesky's repository: each trap is a test by name; a broken block harms no other."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.errors import SourceError
from afterself.importers.contract import Options
from afterself.importers.dag_cbor import Cid, decoded
from afterself.importers.source_view import SourceView

HERE = Path(__file__).parent / "foreign_fixtures" / "bluesky"
POST = "app.bsky.feed.post"


@pytest.fixture(scope="module")
def car() -> ModuleType:
    """The writer that made the fixtures."""
    spec = importlib.util.spec_from_file_location("make_car", HERE / "make_car.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def post(text: Any, **more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": "2023-07-01T12:00:00Z", **more}


def write(car: ModuleType, folder: Path, *posts: Any, **more: Any) -> Path:
    car.HERE = folder
    records = {f"{POST}/3jzhiq65gm2{n:02d}": one for n, one in enumerate(posts)}
    car.write("ida.example.car", {**records, **more.pop("also", {})}, **more)
    return folder / "ida.example.car"


def read(path: Path) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, Options())


def test_an_address_that_was_cut_short_stands_whole_and_a_label_stays(
    car: ModuleType, tmp_path: Path
) -> None:
    def link(begin: int, end: int) -> list[Any]:
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/long/way"}
        return [{"index": {"byteStart": begin, "byteEnd": end}, "features": [feature]}]

    path = write(
        car,
        tmp_path,
        post("✨ a.example/lo... ✨", facets=link(4, 19)),
        post("my label...", facets=link(0, 11)),
        post("x", facets=link(0, 9)),
    )
    texts = ["✨ https://a.example/long/way ✨", "my label...", "x"]
    assert [one.text for one in read(path).records] == texts


def test_the_words_of_cards_and_quoted_posts_are_not_in_a_post(car: ModuleType, tmp_path: Path) -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"title": "theirs", "uri": "https://b.example"}}
    found = read(write(car, tmp_path, post("mine", embed=card), post("", embed=card)))
    assert ([one.text for one in found.records], len(found.skipped)) == (["mine"], 1)


def test_likes_and_reposts_that_name_a_post_are_none(car: ModuleType, tmp_path: Path) -> None:
    like = {"$type": "app.bsky.feed.like", "subject": {"uri": f"at://did:plc:x/{POST}/3jzhiq65gm222"}}
    also = {"app.bsky.feed.like/3jzhiq65gm222": like, f"{POST}gate/3jzhiq65gm222": {"$type": f"{POST}gate"}}
    assert len(read(write(car, tmp_path, post("one"), also=also)).records) == 1


def test_one_chosen_language_is_believed_and_several_are_not(car: ModuleType, tmp_path: Path) -> None:
    found = read(
        write(car, tmp_path, post("a", langs=["eo"]), post("b", langs=["de", "en"]), post("c", langs=5))
    )
    assert [one.language for one in found.records] == ["eo", None, None]


def test_the_tree_is_read_in_order_however_large(car: ModuleType, tmp_path: Path) -> None:
    found = read(write(car, tmp_path, *(post(f"number {n}") for n in range(100))))
    assert [one.text for one in found.records] == [f"number {n}" for n in range(100)]
    data = (tmp_path / "ida.example.car").read_bytes()
    for one in found.records:
        begin = one.locator.offset or 0
        assert decoded(data[begin : begin + (one.locator.length or 0)])["text"] == one.text


def test_a_missing_block_and_one_that_is_damaged_harm_no_other(car: ModuleType, tmp_path: Path) -> None:
    path = write(car, tmp_path, post("a"), post("b"), b"\xff\xff", post("c"), lost=f"{POST}/3jzhiq65gm201")
    found = read(path)
    assert ([one.text for one in found.records], len(found.skipped)) == (["a", "c"], 2)


def test_without_its_tree_a_repository_is_refused_and_what_to_do_is_told(tmp_path: Path) -> None:
    whole = (HERE / "repo" / "wiebke.example.car").read_bytes()
    (tmp_path / "a.car").write_bytes(whole[:400])
    with pytest.raises(SourceError) as told:
        read(tmp_path / "a.car")
    assert "again" in (told.value.remedy or "")


def test_who_the_repository_is_of_and_who_writes_in_chats_is_told_by_the_did(
    car: ModuleType, tmp_path: Path
) -> None:
    write(car, tmp_path, post("a"))
    said = {
        "id": "1",
        "convoId": "t",
        "text": "hi",
        "sender": {"did": car.DID},
        "sentAt": "2024-01-01T10:00:00Z",
    }
    other = {**said, "id": "2", "sender": {"did": "did:plc:other"}}
    (tmp_path / "chat.jsonl").write_text("\n".join(json.dumps(one) for one in (said, other, {"id": "3"}, 5)))
    found = read(tmp_path)
    names = [one.author and (one.author.handle, one.author.name) for one in found.records]
    assert names == [(car.DID, "ida.example")] * 2 + [("did:plc:other", "did:plc:other")]
    assert [(one.title, one.kind) for one in found.threads[1:]] == [("did:plc:other", "direct")]
    assert len(found.skipped) == 2


@pytest.mark.parametrize("data", [
    b"", b"\x9f", b"\xff", b"\xf9\x00\x00", b"\x5f\xff", b"\xa1\x01\x02", b"\xc1\x00", b"\xd8\x2a\x41\x01",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x81" * 5000 + b"\x00", b"\x00\x00", b"\x62\xff\xff",
])  # fmt: skip
def test_cbor_that_is_none_of_dag_cbor_is_an_error_at_once(data: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(data)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**63) | st.text(max_size=9) | st.binary(max_size=9),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=5), one, max_size=4),
    max_leaves=8,
)


@given(_VALUES)
@settings(max_examples=100)
def test_every_value_is_read_as_it_was_written(car: ModuleType, value: Any) -> None:
    assert decoded(car.cbor(value)) == value
    assert decoded(car.cbor([car.cid_of(b"x"), value])) == [Cid(car.cid_of(b"x")), value]


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12), st.integers(60, 3977))
@settings(max_examples=60)
def test_a_damaged_repository_gives_records_problems_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray((HERE / "repo" / "wiebke.example.car").read_bytes())
    for at, byte in changes:
        data[60 + at] = byte
    path = tmp_path_factory.mktemp("bluesky") / "a.car"
    path.write_bytes(data[:end])
    try:
        found = read(path)
    except SourceError:
        return
    assert len(found.records) <= 9


@given(st.dictionaries(st.sampled_from(("text", "createdAt", "langs", "facets", "reply", "embed")), _VALUES))
@settings(max_examples=60)
def test_a_post_of_any_shape_is_a_record_or_a_problem(
    car: ModuleType, tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]
) -> None:
    found = read(write(car, tmp_path_factory.mktemp("bluesky"), {**post("a"), **fields}, post("last")))
    assert len(found.records) + len(found.skipped) == 2
