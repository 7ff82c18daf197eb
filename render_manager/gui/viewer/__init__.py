"""The frame viewer: a window of its own for the images of the task that is shown."""
