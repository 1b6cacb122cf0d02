"""The compiler: from a Wengert list to machine code, in named stages."""
