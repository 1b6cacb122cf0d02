"""Scalars of machine code: LLVM IR for arithmetic on single numbers."""
