"""Values and derivatives compared with PyTorch's, an implementation that shares no line with this one.

The tables say of each operation what it is in Wengert and in PyTorch, and on which random inputs to compare them;
``differences.py`` lists the points where the two libraries are not meant to agree.
"""
