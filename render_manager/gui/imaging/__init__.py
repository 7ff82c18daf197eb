"""Images of frames: reading them, and making pixels for a screen of them. Everything here runs in threads."""
