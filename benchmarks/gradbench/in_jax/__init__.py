"""The problems as users of JAX write them: compiled, in double precision, with its loops."""
