"""Special functions: each with the derivative that is exact where the textbook's cancels."""

from . import bessel, error_functions, gamma, incomplete, integrals, logistic, ratios

__all__ = ["bessel", "error_functions", "gamma", "incomplete", "integrals", "logistic", "ratios"]
