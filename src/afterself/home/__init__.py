"""The folder of one self: layout and declaration, writer lock, audit log, atomic files, progress of jobs."""

from __future__ import annotations

from afterself.home.folder import PURPOSES, Declaration, Right, Self
from afterself.home.jobs import Progress, Report

__all__ = ["PURPOSES", "Declaration", "Progress", "Report", "Right", "Self"]
