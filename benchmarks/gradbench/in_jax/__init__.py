"""The same problems in JAX, each as it was fastest of the ways that were tried, and all under ``jax.jit``."""

import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)
