"""Base models, the turn format, tokenizers, engines (generate, score) and export.

    turns, tokens      a conversation -> the frozen text format -> token ids and what is supervised
    bases              which base model: embedded, a local folder, a hub id
    scoring            bits that a model pays for the owner's replies (torch)
    chat_engine        streaming replies (llama.cpp, no torch)
    gguf_*             Hugging Face folders <-> GGUF

Importing this package loads none of torch, transformers or llama.cpp.
"""

from __future__ import annotations

from afterself.models.tokens import HFTurnTokenizer, TurnTokenizer
from afterself.models.turns import Header, Line, Turn, header_text, messages_of, render, turn_text

__all__ = [
    "HFTurnTokenizer",
    "Header",
    "Line",
    "Turn",
    "TurnTokenizer",
    "header_text",
    "messages_of",
    "render",
    "turn_text",
]
