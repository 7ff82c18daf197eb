"""What settings there are, what they may be, and the file they are read from; ``config.py`` puts them together."""
