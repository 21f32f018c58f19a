"""The bundled fictional person, Hester Norkus, and the road walked with her."""

from afterself.demo.person import DECLARATION, FACTS, NAME, TURNS, chats

__all__ = ["DECLARATION", "FACTS", "NAME", "TURNS", "chats"]
