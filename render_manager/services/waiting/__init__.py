"""Why a task or a frame waits, in one plain sentence: the same one in the window, on the command line, everywhere."""
