"""A stub of the module ``unreal``: as much of it as a script needs that renders a queue of its own."""
