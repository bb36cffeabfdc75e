"""Programs of other people as members of the cast; each runs in a process of its own."""
