"""View -> training examples: conversations, bursts, own words as targets, windows, the split by time."""

from __future__ import annotations

from afterself.datasets.bursts import Burst
from afterself.datasets.chat_export import as_line, chat_examples
from afterself.datasets.conversations import Conversation, conversations, own_words
from afterself.datasets.examples import DEFAULT_CONTEXT, Dataset, build_examples
from afterself.datasets.held_out import HeldOut, HeldOutReply, HeldOutThread, held_out_replies
from afterself.datasets.replies import Reply, read_replies
from afterself.datasets.split import Split, split
from afterself.datasets.windows import Example, target_bytes, windows

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
