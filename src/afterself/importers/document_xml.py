"""XML of a stranger's file -> a tree, or a reason why not: no entities, no deep nesting, no endless size.

Names of elements and attributes come with the prefixes of `prefixes`, whatever the file calls them, so that
the readers of DOCX and ODT can speak of `w:p` and `text:p`. Expat is Python's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from afterself.importers.contract import Unreadable
from afterself.importers.document import LARGEST
from afterself.importers.source_view import SourceView

DEEPEST = 160
MOST = 2_000_000


def part_of(source: SourceView, member: str, prefixes: Mapping[str, str]) -> Element | None:
    """The tree of a part of a zipped document; None if there is no such part. Unreadable says why not."""
    if member not in source:
        return None
    with source.open(member) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable("it would unpack to more than can be read")
    return tree_of(data, prefixes)


def tree_of(data: bytes, prefixes: Mapping[str, str]) -> Element:
    """The tree of an XML document. Unreadable says why there is none."""
    reading = _Reading(prefixes)
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.builder.data
    try:
        parser.Parse(data, True)
        return reading.builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise Unreadable("its XML is damaged") from error


def child(node: Element | None, *tags: str) -> Element | None:
    """The first child with the first tag, its first child with the next, and so on."""
    for tag in tags:
        node = None if node is None else next((one for one in node if one.tag == tag), None)
    return node


class _Reading:
    """What the parser tells, into a tree."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.builder: TreeBuilder = TreeBuilder()
        self._prefixes = prefixes
        self._names: dict[str, str] = {}
        self._depth = self._count = 0

    def doctype(self, *_: object) -> None:
        raise Unreadable("its XML declares entities")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise Unreadable("its XML is nested too deeply")
        if self._count > MOST:
            raise Unreadable("its XML has too many elements")
        self.builder.start(self._name(name), {self._name(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(self._name(name))

    def _name(self, name: str) -> str:
        if name not in self._names:
            space, joint, local = name.rpartition("\n")
            self._names[name] = f"{self._prefixes.get(space, '?')}:{local}" if joint else local
        return self._names[name]
