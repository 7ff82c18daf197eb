"""render-manager on the command line: the same services that the window uses."""
