"""What `evaluate` says where a gate failed: what the person can do, and nothing where nothing failed."""

from __future__ import annotations

from afterself.fidelity.copying import Copied
from afterself.fidelity.gate import judge
from afterself.fidelity.intervals import Estimate, TooFew
from afterself.fidelity.likeness import Reading
from afterself.fidelity.remedies import against_copying, against_unnaturalness, against_weak_reading
from afterself.fidelity.typicality import Typicality

BETTER, WORSE = Estimate(0.2, 0.1, 0.3), Estimate(-0.2, -0.3, -0.1)


def test_each_failed_gate_says_what_helps_and_one_that_passed_says_nothing() -> None:
    real = Copied(100, 90, 0, 9000, 0, (0,) * 100)
    copier = Copied(100, 90, 90, 9000, 9000, (80,) * 100)
    assert "--epochs 1" in against_copying(judge(copier, real)) and not against_copying(judge(real, real))
    babble = Typicality("fail", BETTER, 2.3, 2.1, 200)
    timid = Typicality("fail", WORSE, 1.9, 2.1, 200)
    assert "larger base" in against_unnaturalness(babble) and "instructions" in against_unnaturalness(timid)
    assert not against_unnaturalness(Typicality("pass", BETTER, 2.1, 2.1, 200))


def test_weights_that_read_worse_than_the_base_or_than_counting_are_told_what_helps() -> None:
    ground = Estimate(2.0, 1.9, 2.1)
    assert "train" in against_weak_reading(Reading(ground, ground, ground, WORSE, BETTER))
    assert "train" in against_weak_reading(Reading(ground, ground, ground, BETTER, WORSE))
    few = TooFew(3, 1)
    assert not against_weak_reading(Reading(ground, ground, ground, BETTER, BETTER))
    assert not against_weak_reading(Reading(few, few, few, few, few))
