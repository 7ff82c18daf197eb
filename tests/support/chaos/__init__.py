"""Breaking a farm on purpose, and judging afterwards what it made of it."""
