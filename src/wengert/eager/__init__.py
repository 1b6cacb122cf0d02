"""The array that a person holds, the tape it is recorded on, and the reverse sweep."""
