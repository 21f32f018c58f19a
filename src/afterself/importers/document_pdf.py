"""PDF -> a document without an author: who is named in a PDF is mostly who owned the program.

Needs pypdf (extra `documents`). Pages without text are told from damage: a scan needs text recognition first.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping

from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.document import LARGEST, Document

INSTALL = "pip install 'afterself[documents]'"
MOST_PAGES = 10_000
LONGEST = 20_000_000


def read(data: bytes) -> Document:
    """The document of a PDF's bytes; its named author is given as said, to be believed or not."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import DependencyError
    except ImportError as error:
        raise Unreadable(f"PDF needs a library that is not installed: {INSTALL}") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings may quote what stands in the file
    if len(data) > LARGEST:
        raise Unreadable(f"it is bigger than {LARGEST >> 20} MiB")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not _opens(reader):
            raise Unreadable("it is protected with a password")
        pages, length = [], 0
        for number, page in enumerate(reader.pages):
            text = storable(page.extract_text()).replace("\0", "").strip()
            length += len(text)
            if number >= MOST_PAGES or length > LONGEST:
                raise Unreadable("it has more pages or text than can be read")
            pages.append(text)
        about: Mapping[str, object] = reader.metadata or {}
        author, date = str(about.get("/Author") or ""), str(about.get("/CreationDate") or "")
    except Unreadable:
        raise
    except DependencyError as error:
        raise Unreadable("it is protected with a password") from error
    except Exception as error:
        raise Unreadable("it is cut off or damaged") from error
    if pages and not any(pages):
        raise Unreadable("it holds no text: it may be scanned pictures of pages")
    authors = (storable(author).strip(),) if author.strip() else ()
    return Document("\n\n".join(filter(None, pages)), authors=authors, date=date, typed=False, believed=False)


def _opens(reader: object) -> bool:
    """Whether the empty password opens it: many PDFs only forbid printing."""
    return bool(reader.decrypt(""))  # type: ignore[attr-defined]
