"""Showing: a program or tape as a graph; a function with its derivatives as a plot."""
