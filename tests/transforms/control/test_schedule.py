from functools import cache
from math import comb

import pytest

from wengert.transforms.control.schedule import ADVANCE, RESTORE, REVERSE, STORE, actions, left, sufficient


@cache
def fewest(steps: int, carries: int) -> int:
    """The fewest forward steps with which so many steps can be reversed from so many stored carries."""
    if steps == 1:
        return 0
    if carries == 1:
        return steps * (steps - 1) // 2
    return min(m + fewest(steps - m, carries - 1) + fewest(m, carries) for m in range(1, steps))


@pytest.mark.parametrize("carries", [1, 2, 3, 5, 8])
def test_no_schedule_takes_fewer_steps(carries: int) -> None:
    for steps in range(1, 60):
        taken = sum(action == ADVANCE for action, _, _ in actions(steps, carries))
        assert taken == fewest(steps, carries)


@pytest.mark.parametrize("carries", [1, 2, 3, 7])
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 41])
def test_the_schedule_reverses_every_step(steps: int, carries: int) -> None:
    stored: dict[int, int] = {}
    at, reversed_steps = 0, []
    for action, step, slot in actions(steps, carries):
        if action == ADVANCE:
            assert at == step
            at += 1
        elif action == STORE:
            assert at == step
            assert slot < carries
            stored[slot] = at
        elif action == RESTORE:
            at = stored[slot]
            assert at == step
        else:
            assert action == REVERSE
            assert at == step
            reversed_steps.append(step)
    assert reversed_steps == list(range(steps))[::-1]


def test_parts_fit() -> None:
    for steps in range(2, 200):
        for carries in range(1, 6):
            assert 1 <= left(steps, carries) < steps


def test_a_few_more_where_steps_would_be_repeated_too_often() -> None:
    assert sufficient(20, 1) == 1
    assert sufficient(5000, 8) == 8
    assert sufficient(5000, 1) == 3
    assert comb(3 + 30, 3) >= 5000
