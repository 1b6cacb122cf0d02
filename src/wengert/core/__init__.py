"""The core: types, primitives, programs, trees, errors, and the one ``apply`` that everything goes through."""
