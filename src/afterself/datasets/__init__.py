"""View -> training examples: conversations, bursts, own words as targets, windows, the split by time.

What a talk does not need is imported when it is first asked for. A name that is also its module's
(`split`) is imported here: else the module would stand in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterself.datasets.conversations import Conversation, conversations, own_words
from afterself.datasets.split import Split, split
from afterself.datasets.windows import Example, target_bytes, windows

if TYPE_CHECKING:
    from afterself.datasets.bursts import Burst
    from afterself.datasets.chat_export import as_line, chat_examples
    from afterself.datasets.examples import DEFAULT_CONTEXT, Dataset, build_examples
    from afterself.datasets.held_out import HeldOut, HeldOutReply, HeldOutThread, held_out_replies
    from afterself.datasets.replies import Reply, read_replies
else:
    from afterself.home.lazily import lazily

    __getattr__ = lazily(
        __name__,
        {
            "bursts": ("Burst",),
            "chat_export": ("as_line", "chat_examples"),
            "examples": ("DEFAULT_CONTEXT", "Dataset", "build_examples"),
            "held_out": ("HeldOut", "HeldOutReply", "HeldOutThread", "held_out_replies"),
            "replies": ("Reply", "read_replies"),
        },
    )

__all__ = [
    "DEFAULT_CONTEXT",
    "Burst",
    "Conversation",
    "Dataset",
    "Example",
    "HeldOut",
    "HeldOutReply",
    "HeldOutThread",
    "Reply",
    "Split",
    "as_line",
    "build_examples",
    "chat_examples",
    "conversations",
    "held_out_replies",
    "own_words",
    "read_replies",
    "split",
    "target_bytes",
    "windows",
]
