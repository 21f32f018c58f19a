"""The bundled fictional person, Hester Norkus, and the road walked with her."""

from afterself.demo.person import ALLOW, FACTS, NAME, RIGHT, TURNS, chats

__all__ = ["ALLOW", "FACTS", "NAME", "RIGHT", "TURNS", "chats"]
