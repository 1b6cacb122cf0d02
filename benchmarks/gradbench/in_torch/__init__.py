"""The same problems in PyTorch: eager, in double precision, as one would write them for speed."""
