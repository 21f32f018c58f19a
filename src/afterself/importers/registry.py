"""Finds the importers that recognise a source, the surest first.

Importers look at different members: a folder with WhatsApp exports and a CSV has
two that match, and both are returned. Nothing recognised is an error that lists
the names seen, never an empty import.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from afterself.errors import SourceError, UnknownFormat
from afterself.importers.contract import Detection, Importer
from afterself.importers.source_view import SourceView, shown

SURE_ENOUGH = 0.5
NAMES_SHOWN = 8
SELF_BUNDLE = b"afterself bundle\n"
"""How a bundle of a self begins (docs/bundles.md)."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An importer, why it takes a source, and the source as it is to read it."""

    importer: Importer
    detection: Detection
    source: SourceView


@cache
def importers() -> tuple[Importer, ...]:
    """Every built-in importer."""
    from afterself.importers.bluesky import BlueskyImporter
    from afterself.importers.chatgpt import ChatGptImporter
    from afterself.importers.claude import ClaudeImporter
    from afterself.importers.discord import DiscordImporter
    from afterself.importers.documents import DocumentImporter
    from afterself.importers.evernote import EvernoteImporter
    from afterself.importers.facebook import FacebookImporter
    from afterself.importers.generic import GenericImporter
    from afterself.importers.imessage import IMessageImporter
    from afterself.importers.instagram import InstagramImporter
    from afterself.importers.irc import IrcImporter
    from afterself.importers.linkedin import LinkedInImporter
    from afterself.importers.mail import MailImporter
    from afterself.importers.mastodon import MastodonImporter
    from afterself.importers.matrix import MatrixImporter
    from afterself.importers.notion import NotionImporter
    from afterself.importers.pictures import PictureImporter
    from afterself.importers.reddit import RedditImporter
    from afterself.importers.signal import SignalImporter
    from afterself.importers.slack import SlackImporter
    from afterself.importers.sms import SmsImporter
    from afterself.importers.telegram import TelegramImporter
    from afterself.importers.transcripts import TranscriptImporter
    from afterself.importers.whatsapp import WhatsAppImporter
    from afterself.importers.wordpress import WordPressImporter
    from afterself.importers.x import XImporter

    # What came with an export belongs to it: those that know their files by their places ask first.
    return (
        TelegramImporter(),
        ChatGptImporter(),
        ClaudeImporter(),
        DiscordImporter(),
        SlackImporter(),
        *_of_teams(),
        SignalImporter(),
        MatrixImporter(),
        FacebookImporter(),
        InstagramImporter(),
        XImporter(),
        MastodonImporter(),
        RedditImporter(),
        LinkedInImporter(),
        BlueskyImporter(),
        WordPressImporter(),
        IrcImporter(),
        TranscriptImporter(),
        WhatsAppImporter(),
        SmsImporter(),
        IMessageImporter(),
        *_of_other_programs(),
        *_of_repositories(),
        *_of_takeouts(),
        EvernoteImporter(),
        NotionImporter(),
        MailImporter(),
        GenericImporter(),
        DocumentImporter(),
        PictureImporter(),
    )


def _of_takeouts() -> tuple[Importer, ...]:
    """Those for the parts of a Google Takeout."""
    from afterself.importers.google_chat import GoogleChatImporter
    from afterself.importers.google_keep import GoogleKeepImporter
    from afterself.importers.google_voice import GoogleVoiceImporter
    from afterself.importers.hangouts import HangoutsImporter

    return GoogleChatImporter(), GoogleKeepImporter(), GoogleVoiceImporter(), HangoutsImporter()


def _of_teams() -> tuple[Importer, ...]:
    """Those for what is talked about at work."""
    from afterself.importers.teams import TeamsImporter
    from afterself.importers.zulip import ZulipImporter

    return TeamsImporter(), ZulipImporter()


def _of_other_programs() -> tuple[Importer, ...]:
    """Those for what programs made of messengers that export nothing themselves."""
    from afterself.importers.imessage_exporter import IMessageExporterImporter
    from afterself.importers.wechat import WeChatImporter

    return IMessageExporterImporter(), WeChatImporter()


def _of_repositories() -> tuple[Importer, ...]:
    """Those for what is written about code."""
    from afterself.importers.git import GitImporter
    from afterself.importers.github import GitHubImporter
    from afterself.importers.gitlab import GitLabImporter

    return GitImporter(), GitHubImporter(), GitLabImporter()


def recognise(source: SourceView, among: Sequence[Importer] | None = None) -> list[Recognised]:
    """The importers for this source, surest first, among these (by default the built-in ones).

    UnknownFormat if there is none.
    """
    among = importers() if among is None else among
    names = source.names()
    if not names:
        raise SourceError(
            f"“{shown(source.outer_name)}” is empty: there is nothing to import.",
            remedy="Export it again, or check that this is the right path.",
        )
    if len(names) == 1 and not source.is_repository(names[0]) and source.size(names[0]) == 0:
        raise SourceError(
            f"“{shown(names[0])}” is empty (0 bytes).",
            remedy="Export it again, or check that the copy was complete.",
        )
    _refuse_a_self(source)
    seen = list(_seen(source, among))
    found = sorted(
        (r for r in seen if r.detection.confidence >= SURE_ENOUGH), key=lambda r: -r.detection.confidence
    )
    if not found:
        raise _unknown(source, seen)
    return found


def _refuse_a_self(source: SourceView) -> None:
    """SourceError for a self or a bundle of one: it is used, or unpacked, but not imported."""
    names, path = source.names(), shlex.quote(shown(str(source.path or source.outer_name)))
    if source.kind == "folder" and {"self.toml", "archive.db"}.issubset(names):
        raise SourceError(
            f"“{shown(source.outer_name)}” is a self, not an export: there is nothing to import.",
            remedy=f"To use it: afterself --self {path} status\n"
            "To have what is in it in another self, too, import the exports that it was made of there.",
        )
    if source.kind == "file" and source.head(names[0], len(SELF_BUNDLE)) == SELF_BUNDLE:
        raise SourceError(
            f"“{shown(source.outer_name)}” is a self that was packed, not an export.",
            remedy=f"To use it: afterself unpack {path} --to NEW-FOLDER",
        )


def _seen(source: SourceView, among: Sequence[Importer]) -> Iterator[Recognised]:
    """What each importer says; general formats are asked last, about what nobody else knows."""
    for importer in sorted(among, key=lambda one: one.general):
        found = Recognised(importer, importer.detect(source), source)
        if found.detection.confidence >= SURE_ENOUGH:
            source = source.without(found.detection.members)
        yield found


def _unknown(source: SourceView, seen: list[Recognised]) -> UnknownFormat:
    names = source.names()
    listed = ", ".join(shown(name) for name in names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    holds = "" if names == (source.outer_name,) else f" It holds: {listed}{more}."
    why = "".join(f" {reason}." for reason in (one.detection.reason for one in seen) if reason)
    return UnknownFormat(
        f"No importer recognises “{shown(source.outer_name)}”.{holds}{why}",
        remedy=f"Afterself reads {len(seen)} formats. What each takes: afterself import --help",
    )
