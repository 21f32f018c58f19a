"""What the importers of Facebook and Instagram share: what is looked for, who the owner is, in what order.

The owner is who the profile names, as far as one of its names takes part in a conversation; without a profile
it is the one who takes part in every conversation, which is told as a guess.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import Kind, OwnerHint, Person, Problem, ThreadDraft, Yielded
from afterself.importers.contract import Detection, Options
from afterself.importers.json_fields import table
from afterself.importers.json_stream import small_json
from afterself.importers.meta_layout import Layout, Platform, layout_of
from afterself.importers.meta_posts import Paper, Written, entries
from afterself.importers.meta_threads import Known, conversation, known, whose
from afterself.importers.meta_words import repaired
from afterself.importers.source_view import SourceView, shown

_TITLES = {"posts": "Posts", "stories": "Stories", "reels": "Reels", "igtv_videos": "Videos"}


class MetaImporter(ABC):
    """Reads one platform's export as JSON; subclasses know its profile, posts and comments."""

    platform: Platform
    name: str
    version = "1"
    source: str
    reads: str
    kinds: frozenset[Kind] = frozenset(("message", "post", "comment", "reaction", "call", "system"))
    general = False

    @abstractmethod
    def names_of(self, profile: dict[str, Any]) -> list[str]:
        """What the owner is called, by the profile's file."""

    @abstractmethod
    def post_of(self, fields: dict[str, Any]) -> Written:
        """What an entry of a file of posts says."""

    @abstractmethod
    def comment_of(self, fields: dict[str, Any]) -> Written:
        """What an entry of a file of comments says."""

    def detect(self, source: SourceView) -> Detection:
        """Sure if conversations, posts or comments lie where this platform puts them."""
        layout = layout_of(source, self.platform)
        found = layout.found()
        if not found:
            return Detection(0.0, "", "")
        return Detection.of(0.95, self.name, "conversations or posts in its folders", found, layout.also())

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Who the owner is, every conversation, then posts and comments."""
        layout = layout_of(source, self.platform)
        threads = known(source, layout.conversations)
        named = self._named(source, layout, threads)
        guessed = whose(threads) if not named else ""
        for name in named:
            yield OwnerHint(Person(name, name), "the profile in the export")
        if guessed:
            why = (
                f"taken for the export of {shown(guessed)}, who is in every conversation: else give --me NAME"
            )
            yield OwnerHint(Person(guessed, guessed), why, inferred=True)
        owners = named or ([guessed] if guessed else list(options.me))
        for one in threads:
            yield from conversation(source, layout, one, owners)
        yield from self._papers(source, layout, owners[0] if owners else "")
        for member in layout.pages:
            yield Problem("skipped", shown(member), "a web page: ask for the export again, as JSON")

    def _named(self, source: SourceView, layout: Layout, threads: list[Known]) -> list[str]:
        names: dict[str, None] = {}
        for member in layout.profiles:
            file = small_json(source, member, member.rpartition("/")[2], 16 << 20)
            names.update(dict.fromkeys(name for name in self.names_of(table(repaired(file))) if name))
        talking = {name for one in threads for name in one.participants}
        return [name for name in names if name in talking] or list(names)[:1]

    def _papers(self, source: SourceView, layout: Layout, owner: str) -> Iterator[Yielded]:
        who = Person(owner or "owner", owner or "You")
        seen: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for member, root, kind in layout.posts:
            thread = ThreadDraft(kind, _TITLES.get(kind, kind), "public")
            paper = Paper(member, root, thread, "post", who, layout, self.post_of)
            yield from entries(source, paper, seen[root, kind])
        for member, root in layout.comments:
            thread = ThreadDraft("comments", "Comments", "public")
            paper = Paper(member, root, thread, "comment", who, layout, self.comment_of)
            yield from entries(source, paper, seen[root, "comments"])
