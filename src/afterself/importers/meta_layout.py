"""Where things lie in what Facebook, Messenger and Instagram give: conversations, posts, the profile.

Since 2024 all lies in `your_facebook_activity/` or `your_instagram_activity/`, before that at the top. Parts
of one export are unpacked beside each other; each is a root of its own. Messages look the same in both
platforms: which it is, the folders around them say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from afterself.archive.drafts import Attachment
from afterself.errors import SourceError
from afterself.importers.attached import linked
from afterself.importers.json_stream import begins, json_members
from afterself.importers.source_view import NESTED, SourceView

Platform = Literal["facebook", "instagram"]

_TOP = (
    "your_facebook_activity", "your_instagram_activity", "messages", "posts", "comments",
    "comments_and_reactions",
    "personal_information", "profile_information", "account_information", "ads_information", "connections",
    "logged_information", "preferences", "security_and_login_information", "photos_and_videos", "groups",
    "likes_and_reactions", "apps_and_websites_off_of_facebook", "apps_and_websites_off_of_instagram", "media",
    "content", "stories", "events", "friends_and_followers", "followers_and_following", "about_you",
    "login_and_account_creation", "your_topics", "files", "start_here.html", "index.html",
)  # fmt: skip
_BOXES = "inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover|legacy_threads|broadcast"
_THREAD = re.compile(
    r"(?P<root>(?:[^/]+/)*?)(?:your_(?:facebook|instagram)_activity/)?"
    rf"messages/(?:{_BOXES})/(?P<folder>[^/]+)/message_(?P<number>\d+)\.(?P<form>json|html)"
)
_PAPER = re.compile(
    r"(?P<root>(?:[^/]+/)*?)(?:your_(?:facebook|instagram)_activity/)?"
    r"(?:(?P<posts>posts/(?:[^/]*/)?your_(?:posts|uncategorized_photos)[^/]*|groups/your_posts_in_groups"
    r"|groups/group_posts|(?:media|content)/(?:archived_)?(?P<kind>posts|stories|reels|igtv_videos)(?:_\d+)?)"
    r"|(?:comments_and_reactions|comments|groups)/(?:your_)?"
    r"(?:comments|post_comments|reels_comments|group_comments|comments_in_groups)(?:_\d+)?)\.(?P<form>json|html)"
)
_PROFILE = re.compile(
    r"(?P<root>(?:[^/]+/)*?)(?:personal_information/|account_information/|profile_information/)+"
    r"(?:profile_information|personal_information)\.json"
)
_E2EE = re.compile(r"(?P<root>(?:[^/]+/)*?)(?P<name>[^/]+)\.json")
_IS_THREAD = (re.compile(rb'"(?:participants|sender_name)"\s*:'), re.compile(rb'"messages"\s*:\s*\['))
_IS_E2EE = (
    re.compile(rb'"participants"\s*:\s*\[\s*(?:"|\])'),
    re.compile(rb'"(?:threadName|senderName)"\s*:'),
)
_INSTAGRAM = re.compile(r"instagram", re.IGNORECASE)
_PART = re.compile(r"(?:facebook|instagram|messenger)[^/]*\.zip$", re.IGNORECASE)
_HEAD = 16 << 10


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation: the root it lies in, what is stable of its folder's name, its files, newest first."""

    root: str
    key: str
    members: tuple[str, ...]
    encrypted: bool = False


@dataclass(slots=True)
class Layout:
    """What of one platform is in a source."""

    conversations: list[Conversation] = field(default_factory=list)
    posts: list[tuple[str, str, str]] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    roots: set[str] = field(default_factory=set)
    encrypted: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset()

    def found(self) -> list[str]:
        """All that is read or has to be told."""
        threads = [name for one in self.conversations for name in one.members]
        papers = [one[0] for one in (*self.posts, *self.comments)]
        return [*threads, *papers, *self.pages] and [*threads, *papers, *self.pages, *self.profiles]

    def also(self) -> Iterator[str]:
        """Everything else that came in the same folders."""
        for name in self.names:
            for root in self.roots:
                if name.startswith(root) and name[len(root) :].partition("/")[0] in _TOP:
                    yield name
            if name.startswith(tuple(f"{root}media/" for root in self.encrypted)):
                yield name

    def attachment(self, source: SourceView, root: str, path: str) -> Attachment:
        """A file of a message or post: it may lie in another part of the export."""
        there = next((one for one in (root, *sorted(self.roots)) if one + path in self.names), root)
        name = path.partition("?")[0].rpartition("/")[2] or "file"
        return linked(source, there, path.removeprefix("./"), name, among=self.names)


def layout_of(source: SourceView, platform: Platform) -> Layout:
    """The members that are this platform's; none if it is another's."""
    names = _names(source)
    layout, folders = Layout(names=frozenset(names)), dict[tuple[str, str], list[tuple[int, str]]]()
    known: dict[str, Platform] = {}
    pages: set[str] = set()
    for name in names:
        found = _THREAD.fullmatch(name) or _PAPER.fullmatch(name)
        if found is None:
            continue
        root = found["root"]
        if known.setdefault(root, platform_of(source, names, root)) != platform:
            continue
        if found["form"] == "html":
            pages.add(name)
            layout.roots.add(root)
        elif found.re is _THREAD:
            if all(one.search(source.head(name, _HEAD)) for one in _IS_THREAD):
                folder = name.rpartition("/")[0]
                folders.setdefault((root, folder), []).append((int(found["number"]), name))
                layout.roots.add(root)
        elif begins(source.head(name, 64), b"[{"):
            layout.roots.add(root)
            if found["posts"]:
                layout.posts.append((name, root, found["kind"] or "posts"))
            else:
                layout.comments.append((name, root))
    for (root, folder), members in folders.items():
        files = tuple(name for _, name in sorted(members))
        layout.conversations.append(Conversation(root, _stable(folder.rpartition("/")[2]), files))
    layout.pages = sorted(pages)
    layout.profiles = [
        name for name in names if (one := _PROFILE.fullmatch(name)) and one["root"] in layout.roots
    ]
    if platform == "facebook":
        _encrypted(source, layout)
    return layout


def _names(source: SourceView) -> list[str]:
    """Every member, and those of the parts that lie in a folder as zips."""
    names = list(source.names())
    for name in source.names() if source.kind == "folder" else ():
        if _PART.search(name):
            try:
                names += (f"{name}{NESTED}{inner}" for inner in source.nested(name).names())
            except SourceError:
                continue  # whoever reads the folder tells of it
    return names


def platform_of(source: SourceView, names: Iterable[str], root: str) -> Platform:
    """Whose an export is: its folders, its profile and at last its own name tell."""
    inside = [name[len(root) :] for name in names if name.startswith(root)]
    if any(name.startswith("your_facebook_activity/") for name in inside):
        return "facebook"
    told = ("your_instagram_activity/", "content/", "account_information/", "media/posts", "media/stories",
            "comments/post_comments", "personal_information/personal_information")  # fmt: skip
    if any(name.startswith(told) for name in inside) or _INSTAGRAM.search(f"{source.outer_name}/{root}"):
        return "instagram"
    return "facebook"


def _encrypted(source: SourceView, layout: Layout) -> None:
    """Conversations of the zip of end-to-end encrypted chats: flat files beside `media/`."""
    read = set(layout.found())
    named: dict[tuple[str, str], list[tuple[str, str]]] = {}
    inside = (name for name in layout.names if NESTED in name and name.endswith(".json"))
    for name in sorted({*json_members(source), *inside}):
        found = _E2EE.fullmatch(name if name.endswith(".json") else f"{name}.json")
        if name in read or found is None:
            continue
        head = source.head(name, _HEAD)
        if all(one.search(head) for one in _IS_E2EE):
            whole = found["name"]
            named.setdefault((found["root"], re.sub(r"_\d+$", "", whole)), []).append((whole, name))
    for (root, bare), files in named.items():
        layout.encrypted.add(root)
        for whole, name in files:
            # The number counts conversations: it is kept only where it tells two of one name apart.
            key = f"e2ee:{bare if len(files) == 1 else whole}"
            layout.conversations.append(Conversation(root, key, (name,), encrypted=True))


def _stable(folder: str) -> str:
    """The id in `<name>_<id>`: a person who is renamed stays in the same conversation."""
    id = folder.partition("_")[2].rstrip("_")
    return id if len(id) >= 6 else folder
