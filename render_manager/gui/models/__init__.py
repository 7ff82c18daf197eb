"""What the views show, as Qt models filled by ``live.py``."""
