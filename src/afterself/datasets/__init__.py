"""View -> training examples: conversations, bursts, own words as targets, windows, the split by time."""

from __future__ import annotations

from afterself.datasets.bursts import Burst
from afterself.datasets.chat_export import as_line, chat_examples
from afterself.datasets.conversations import Conversation, conversations
from afterself.datasets.examples import DEFAULT_CONTEXT, Dataset, build_examples
from afterself.datasets.replies import Reply, read_replies
from afterself.datasets.split import split
from afterself.datasets.windows import Example, target_bytes, windows

__all__ = [
    "DEFAULT_CONTEXT",
    "Burst",
    "Conversation",
    "Dataset",
    "Example",
    "Reply",
    "as_line",
    "build_examples",
    "chat_examples",
    "conversations",
    "read_replies",
    "split",
    "target_bytes",
    "windows",
]
