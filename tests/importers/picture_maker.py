"""Pictures for tests, written from the formats' descriptions: no pixels, only the heads that tell of them.

`tags` is a block of TIFF as cameras write it; the others put it where each kind of file has it.
"""

from __future__ import annotations

import struct

_WIDTHS = {2: 1, 4: 4, 5: 8}


def tags(
    when: str = "2019:05:03 14:02:10",
    offset: str = "+02:00",
    place: tuple[str, float, str, float] | None = ("N", 48.13743, "E", 11.57549),
    order: str = "<",
) -> bytes:
    """A block with DateTimeOriginal, OffsetTimeOriginal and a place, as far as they are given."""
    exif = [(0x9003, 2, when.encode() + b"\0")] if when else []
    exif += [(0x9011, 2, offset.encode() + b"\0")] if offset else []
    gps: list[tuple[int, int, bytes]] = []
    if place:
        north, latitude, east, longitude = place
        gps = [
            (1, 2, north.encode() + b"\0"), (2, 5, _degrees(latitude, order)),
            (3, 2, east.encode() + b"\0"), (4, 5, _degrees(longitude, order)),
        ]  # fmt: skip
    begin = 8 + 2 + 2 * 12 + 4
    first = _directory(exif, begin, order)
    second = _directory(gps, begin + len(first), order)
    pointers = [
        (0x8769, 4, struct.pack(f"{order}I", begin)),
        (0x8825, 4, struct.pack(f"{order}I", begin + len(first))),
    ]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    return head + _directory(pointers, 8, order) + first + second


def _degrees(angle: float, order: str) -> bytes:
    minutes = (angle % 1) * 60
    seconds = round((minutes % 1) * 60 * 10_000)
    return struct.pack(f"{order}6I", int(angle), 1, int(minutes), 1, seconds, 10_000)


def _directory(entries: list[tuple[int, int, bytes]], at: int, order: str) -> bytes:
    data_at = at + 2 + 12 * len(entries) + 4
    rows, data = b"", b""
    for tag, kind, value in entries:
        rows += struct.pack(f"{order}HHI", tag, kind, len(value) // _WIDTHS[kind])
        if len(value) <= 4:
            rows += value.ljust(4, b"\0")
        else:
            rows += struct.pack(f"{order}I", data_at + len(data))
            data += value
    return struct.pack(f"{order}H", len(entries)) + rows + b"\0" * 4 + data


def jpeg(block: bytes) -> bytes:
    """SOI, JFIF, Exif in APP1, then what is coded."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    app1 = b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block
    return b"\xff\xd8" + app0 + app1 + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"coded" * 20 + b"\xff\xd9"


def png(block: bytes) -> bytes:
    chunks = ((b"IHDR", bytes(13)), (b"IDAT", b"coded"), (b"eXIf", block), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + b"\0\0\0\0" for name, data in chunks
    )


def webp(block: bytes) -> bytes:
    chunks = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
        for name, data in ((b"VP8X", bytes(10)), (b"VP8 ", b"odd"), (b"EXIF", block))
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def heic(block: bytes) -> bytes:
    """The item 2 is of the type Exif and lies in `mdat`; before the tags stands how far they are."""
    ftyp = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    infe = _box(b"infe", b"\x02\0\0\0" + struct.pack(">HH", 1, 0) + b"hvc1\0")
    infe += _box(b"infe", b"\x02\0\0\0" + struct.pack(">HH", 2, 0) + b"Exif\0")
    iinf = _box(b"iinf", bytes(4) + struct.pack(">H", 2) + infe)

    def meta(at: int) -> bytes:
        items = struct.pack(">HHHII", 1, 0, 1, at, 5) + struct.pack(
            ">HHHII", 2, 0, 1, at + 5, len(block) + 10
        )
        iloc = _box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", 2) + items)
        return _box(b"meta", bytes(4) + _box(b"hdlr", bytes(20)) + iinf + iloc)

    at = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(at) + _box(b"mdat", b"coded" + struct.pack(">I", 6) + b"Exif\0\0" + block)


def _box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


FILES = {"jpg": jpeg, "png": png, "webp": webp, "heic": heic, "tif": bytes}
"""How a block becomes a file of each kind."""
