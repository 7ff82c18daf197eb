"""Use cases. They see the domain and the ports, so that the window, the command line and the workers do the same."""
