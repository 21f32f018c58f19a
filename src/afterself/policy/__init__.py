"""Who may see which records for what: the view, the only reader of the archive."""

from __future__ import annotations

from afterself.policy.consent import consented, require_consent
from afterself.policy.view import PersonInfo, Purpose, ThreadInfo, View, ViewRecord, open_view

__all__ = [
    "PersonInfo",
    "Purpose",
    "ThreadInfo",
    "View",
    "ViewRecord",
    "consented",
    "open_view",
    "require_consent",
]
