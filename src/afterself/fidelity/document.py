"""Parts of a page -> one HTML document that any browser opens offline.

Self-contained: no script, no font, no picture from elsewhere, and a policy that forbids them. Anybody's
text is escaped by `text` before it becomes a part.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from afterself.archive.plain import terminal_text


def document(title: str, parts: Iterable[str], style: str) -> str:
    """The whole document. `title` is plain text, `parts` are HTML, `style` is one of our style sheets."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{text(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{"".join(part for part in parts if part)}
</main>
</body>
</html>
"""


def text(value: str) -> str:
    """Anybody's text as HTML: escaped, without control characters and marks that turn the direction."""
    return escape(terminal_text(value))
