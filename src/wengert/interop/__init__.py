"""How other libraries' functions work on arrays."""
