"""Machine code in this process: made, stored, loaded and called."""
