"""How single cells of the task table are painted."""
