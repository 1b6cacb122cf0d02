"""The tour, ``python -m wengert``: real programs differentiated, with their code, what they print, and pictures."""

from .stage import display

__all__ = ["display"]
