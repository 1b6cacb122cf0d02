"""The problems of the benchmark suite GradBench, in this library, in JAX and in PyTorch, measured side by side."""
