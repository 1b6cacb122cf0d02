"""Transforms of functions: one file an idea."""
