"""The markup of Teams and Skype: what is quoted is not said, however deep and however broken."""

from __future__ import annotations

import pytest

from afterself.importers.teams_markup import read


@pytest.mark.parametrize("tag", ["div", "b", "quote", "legacyquote"])
def test_a_message_of_nothing_but_opening_tags_is_read_in_time_that_its_length_allows(tag: str) -> None:
    found = read(f"<{tag}>" * 50_000 + "hi" + f"</{tag}>" * 50_000, is_html=True)
    said = [(text, quoted) for text, quoted in found.pieces if text.strip()]
    assert said == {"quote": [("hi", True)], "legacyquote": []}.get(tag, [("hi", False)])


def test_after_a_quote_that_was_closed_come_the_writer_s_own_words() -> None:
    found = read("<quote><legacyquote>[9:00] Bo: </legacyquote>tea?<b>now</quote>yes</b>", is_html=False)
    assert found.pieces == [("tea?", True), ("now", True), ("yes", False)]
