"""Weights, memory and policy answering as the owner."""

from afterself.persona.questions import asks_for_a_fact
from afterself.persona.talk import Fact, Reply, Spoken, SteppedOut, Talk

__all__ = ["Fact", "Reply", "Spoken", "SteppedOut", "Talk", "asks_for_a_fact"]
