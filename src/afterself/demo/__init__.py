"""People to meet before one's own chats: bundled Hester Norkus, and Samuel Johnson as Boswell wrote him."""

from afterself.demo.person import ALLOW, HESTER, JOHNSON, PERSONS, DemoPerson, chats, is_demo_person

__all__ = ["ALLOW", "HESTER", "JOHNSON", "PERSONS", "DemoPerson", "chats", "is_demo_person"]
