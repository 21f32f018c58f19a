"""X's archive: each trap is a test by name; a broken tweet or file harms no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView
from afterself.importers.x_tweet import instant_of, moment

ACCOUNT = [{"account": {"accountId": "9", "username": "ida", "accountDisplayName": "Ida"}}]


def tweet(id: str, text: Any = "hello", **more: Any) -> dict[str, Any]:
    made = {"id_str": id, "full_text": text, "created_at": "Wed Oct 19 20:07:25 +0000 2022"}
    return {"tweet": {**made, **more}}


def write(folder: Path, **files: Any) -> Path:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, found in {"account": ACCOUNT, **files}.items():
        body = found if isinstance(found, str) else json.dumps(found)
        file = name.replace("_", "-").replace("--", "_")
        (folder / "data" / f"{file}.js").write_text(f"window.YTD.{name}.part0 = {body}", encoding="utf-8")
    return folder


def read(folder: Path, **files: Any) -> Read:
    with SourceView.at(write(folder, **files)) as source:
        return read_source(source, Options())


def test_a_retweet_is_kept_as_anothers_words(tmp_path: Path) -> None:
    found = read(tmp_path, tweets=[tweet("1", "RT @ben: cut off at 140…"), tweet("2", "I say: RT @ben: x")])
    assert [one.forwarded_from for one in found.records] == ["@ben", None]


def test_only_mentions_are_cut_before_an_answer_whatever_range_is_told(tmp_path: Path) -> None:
    said = [tweet("1", "@ben @kim yes @ben", display_text_range=["10", "18"]),
            tweet("2", "not a mention", display_text_range=["4", "13"]),
            tweet("3", "@ben hello", display_text_range=["x"])]  # fmt: skip
    assert [one.text for one in read(tmp_path, tweets=said).records] == [
        "yes @ben",
        "not a mention",
        "@ben hello",
    ]


def test_links_are_written_out_and_escapes_undone_once(tmp_path: Path) -> None:
    urls = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://a.example/?x=1&amp;y"}]}
    found = read(tmp_path, tweets=[tweet("1", "&amp;lt; &gt; https://t.co/a", entities=urls)])
    assert found.records[0].text == "&lt; > https://a.example/?x=1&amp;y"


def test_a_note_of_another_second_or_beginning_is_a_post_of_its_own(tmp_path: Path) -> None:
    long = "a long tweet that begins with more than forty letters and goes on"
    note = {
        "noteTweet": {
            "noteTweetId": "77",
            "createdAt": "2022-10-19T20:07:26.000Z",
            "core": {"text": long + " to here"},
        }
    }
    found = read(tmp_path, tweets=[tweet("1", long + "…")], note_tweet=[note, {"noteTweet": {}}])
    assert [(one.native_id, one.text) for one in found.records] == [
        ("1", long + "…"),
        ("77", long + " to here"),
    ]
    assert [why for _, why in found.skipped] == ["a note without id or text"]


def test_an_id_tells_the_instant_where_the_date_cannot_be_read(tmp_path: Path) -> None:
    assert moment("Wed Oct 19 20:07:25 +0000 2022") == datetime(2022, 10, 19, 20, 7, 25, tzinfo=UTC)
    made = instant_of("1582825767039930369")
    assert (
        made is not None
        and abs((made - datetime(2022, 10, 19, 20, 7, 25, tzinfo=UTC)).total_seconds()) < 86400
    )
    found = read(
        tmp_path, tweets=[tweet("1582825767039930369", created_at="heute"), tweet("7", created_at=None)]
    )
    assert [one.said_at for one in found.records] == [made, None]


def test_each_part_of_a_large_archive_is_read(tmp_path: Path) -> None:
    write(tmp_path, tweets=[tweet("1", "one")])
    (tmp_path / "data" / "tweets-part1.js").write_text(
        "window.YTD.tweets.part1 = " + json.dumps([tweet("2", "two")])
    )
    assert [one.text for one in read(tmp_path).records] == ["one", "two"]


def test_a_tweet_that_was_deleted_since_is_blanked(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, write(tmp_path / "a", tweets=[tweet("1", "I regret this"), tweet("2")]))
    gone = tweet("1", "I regret this", deleted_at="2023-01-01T00:00:00.000Z")
    done = import_path(fresh_self, write(tmp_path / "b", tweets=[tweet("2")], deleted_tweets=[gone]))
    assert (done.new, done.changed, done.same) == (0, 1, 1)


def test_a_picture_lies_in_the_folder_of_media_or_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "data" / "tweets_media").mkdir(parents=True)
    (tmp_path / "data" / "tweets_media" / "1-F.jpg").write_bytes(b"jpg")
    media = {"media": [{"url": "https://t.co/p", "media_url_https": "https://pbs.example/media/F.jpg"}]}
    found = read(
        tmp_path, tweets=[tweet("1", "see https://t.co/p", entities=media), tweet("2", "", entities=media)]
    )
    assert [[one.state for one in record.attachments] for record in found.records] == [
        ["present"],
        ["remote"],
    ]
    assert [one.text for one in found.records] == ["see", ""]
    assert found.formats == ["X (Twitter) archive"]


def test_a_group_is_called_what_it_was_called_last_and_its_people_as_tweets_name_them(tmp_path: Path) -> None:
    named = {"entities": {"user_mentions": [{"id_str": "8", "name": "Ben"}]}}
    events = [{"conversationNameUpdate": {"name": name, "createdAt": at}} for name, at in
              (("old", "2020-01-01T00:00:00Z"), ("new", "2021-01-01T00:00:00Z"))]  # fmt: skip
    said = {"messageCreate": {"id": "5", "senderId": "8", "text": "hi", "createdAt": "2021-01-02T00:00:00Z"}}
    group = [{"dmConversation": {"conversationId": "c", "messages": [said, *events]}}]
    found = read(tmp_path, tweets=[tweet("1", **named)], direct_messages_group=group)
    assert [(one.title, one.kind) for one in found.threads] == [("Posts", "public"), ("new", "group")]
    assert [one.author and one.author.name for one in found.records] == ["Ida", "Ben"]


def test_a_broken_tweet_harms_no_other_and_every_place_is_true(tmp_path: Path) -> None:
    body = (
        json.dumps([tweet("1", 'br{ace "q" \\')])[:-1]
        + ', {"tweet": {oops}}, 7, "x", '
        + json.dumps(tweet("2", "ü"))
        + "]"
    )
    found = read(tmp_path, tweets=body)
    assert [one.text for one in found.records] == ['br{ace "q" \\', "ü"]
    assert len(found.skipped) == 2
    data = (tmp_path / "data" / "tweets.js").read_bytes()
    for one in found.records:
        begin, length = one.locator.offset or 0, one.locator.length or 0
        assert json.loads(data[begin : begin + length]) == json.loads(one.raw)


def test_a_file_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    found = read(tmp_path, tweets=json.dumps([tweet("1"), tweet("2")])[:-30], direct_messages="")
    assert ([one.native_id for one in found.records], len(found.problems)) == (["1"], 1)


def test_two_accounts_in_a_folder_are_two_owners(tmp_path: Path) -> None:
    write(tmp_path / "a", tweets=[tweet("1")])
    write(tmp_path / "b", account=[{"account": {"accountId": "7", "username": "x"}}], tweets=[tweet("2")])
    with SourceView.at(tmp_path) as source:
        found = read_source(source, Options())
    assert [one.author and one.author.handle for one in found.records] == ["9", "7"]


_FIELDS = ("id_str", "full_text", "created_at", "entities", "extended_entities", "display_text_range", 
           "deleted_at", "edit_info", "in_reply_to_status_id_str", "retweeted_status")  # fmt: skip
_SAID = ("id", "senderId", "text", "createdAt", "mediaUrls", "urls", "reactions")


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON),
    st.dictionaries(st.sampled_from(_SAID), ANY_JSON),
    ANY_JSON,
)
def test_a_tweet_or_message_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], said: dict[str, Any], odd: Any
) -> None:
    message = {"id": "5", "senderId": "8", "text": "hi", "createdAt": "2021-01-02T00:00:00Z", **said}
    talks = [
        {"dmConversation": {"conversationId": "8-9", "messages": [{"messageCreate": message}]}},
        {"a": odd},
    ]
    found = read(
        tmp_path_factory.mktemp("x"), tweets=[tweet("1", **fields), tweet("2")], direct_messages=talks
    )
    assert len([one for one in found.records if one.kind != "reaction"]) + len(found.skipped) == 4
