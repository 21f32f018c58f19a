"""Every command group, imported so that it registers itself on the app, and the order of `--help`."""

from __future__ import annotations

from afterself.cli import demo_command as demo_command  # isort: skip
from afterself.cli import new_command as new_command  # isort: skip
from afterself.cli import self_commands as self_commands  # isort: skip
from afterself.cli import history_commands as history_commands  # isort: skip
from afterself.cli import people_commands as people_commands  # isort: skip
from afterself.cli import objection_commands as objection_commands  # isort: skip
from afterself.cli import label_commands as label_commands  # isort: skip
from afterself.cli import consent_commands as consent_commands  # isort: skip
from afterself.cli import audience_commands as audience_commands  # isort: skip
from afterself.cli import correct_command as correct_command  # isort: skip
from afterself.cli import remember_command as remember_command  # isort: skip
from afterself.cli import forget_command as forget_command  # isort: skip
from afterself.cli import status_command as status_command  # isort: skip
from afterself.cli import doctor_command as doctor_command  # isort: skip
from afterself.cli import reparse_command as reparse_command  # isort: skip
from afterself.cli import verify_command as verify_command  # isort: skip
from afterself.cli import import_command as import_command  # isort: skip
from afterself.cli import watch_command as watch_command  # isort: skip
from afterself.cli import plugins_command as plugins_command  # isort: skip
from afterself.cli import ask_command as ask_command  # isort: skip
from afterself.cli import search_command as search_command  # isort: skip
from afterself.cli import timeline_command as timeline_command  # isort: skip
from afterself.cli import topics_command as topics_command  # isort: skip
from afterself.cli import people_show as people_show  # isort: skip
from afterself.cli import why_command as why_command  # isort: skip
from afterself.cli import index_command as index_command  # isort: skip
from afterself.cli import dataset_command as dataset_command  # isort: skip
from afterself.cli import base_command as base_command  # isort: skip
from afterself.cli import train_command as train_command  # isort: skip
from afterself.cli import talk_commands as talk_commands  # isort: skip
from afterself.cli import score_command as score_command  # isort: skip
from afterself.cli import evaluate_command as evaluate_command  # isort: skip
from afterself.cli import encryption_commands as encryption_commands  # isort: skip
from afterself.cli import pack_commands as pack_commands  # isort: skip

from afterself.cli.shell import app  # isort: skip

_ROAD = (
    "demo", "new", "import", "status", "search", "ask", "timeline", "topics", "why", "remember", "dataset",
    "base", "train", "evaluate", "report", "talk", "correct", "forget", "watch", "lock", "unlock",
    "passphrase", "recovery", "pack", "unpack", "verify", "doctor", "imports", "reparse", "index",
    "score", "reply",
)  # fmt: skip
"""The way that a person goes, then what they look after, then what is for few. Groups stand after these."""


def _place(name: str | None) -> int:
    return _ROAD.index(name) if name in _ROAD else len(_ROAD)


app.registered_commands.sort(key=lambda one: _place(one.name or getattr(one.callback, "__name__", "")))
