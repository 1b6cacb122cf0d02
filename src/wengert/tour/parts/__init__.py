"""The parts of the tour, in order."""

from . import control_flow, derivative, digits, rent, wengert_list

__all__ = ["PARTS"]

PARTS = (derivative.PART, wengert_list.PART, control_flow.PART, rent.PART, digits.PART)
