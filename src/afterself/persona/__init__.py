"""Weights, memory and policy answering as the owner."""

from afterself.persona.questions import asks_for_a_fact
from afterself.persona.talk import Fact, Spoken, Talk

__all__ = ["Fact", "Spoken", "Talk", "asks_for_a_fact"]
