"""Mails and mailboxes for tests, made in a line each."""

from __future__ import annotations

from pathlib import Path

FROM_LINE = b"From eva@example.org Tue Mar 12 18:05:00 2024\n"


def mail(
    id: str | None,
    body: str,
    *,
    frm: str = "Eva Lind <eva@example.org>",
    to: str = "Tom Berg <tom@example.com>",
    date: str = "Tue, 12 Mar 2024 18:05:00 +0100",
    subject: str = "Saturday",
    **more: str,
) -> bytes:
    """One mail; keywords become headers (`list_unsubscribe` -> List-Unsubscribe)."""
    headers = {"From": frm, "To": to, "Date": date, "Subject": subject}
    headers |= {"Message-ID": f"<{id}@example.org>"} if id else {}
    headers |= {"-".join(part.capitalize() for part in key.split("_")): text for key, text in more.items()}
    return ("".join(f"{key}: {text}\n" for key, text in headers.items()) + "\n" + body).encode()


def mbox(*mails: bytes) -> bytes:
    return b"".join(FROM_LINE + one.rstrip(b"\n") + b"\n\n" for one in mails)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
