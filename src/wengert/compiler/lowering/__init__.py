"""Lowering: from a simplified program to a module of LLVM IR."""
