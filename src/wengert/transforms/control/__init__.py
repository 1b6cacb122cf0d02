"""Structured control flow: ``cond``, ``while_loop``, ``fori_loop`` and ``scan``.

Where nobody writes a program they are Python's loops and branches, and derivatives follow from what was recorded.
Inside a traced function their bodies become programs, and the loop an equation of which these are parameters;
derivatives and batches of it are again such equations, with bodies that were differentiated or batched.
"""
