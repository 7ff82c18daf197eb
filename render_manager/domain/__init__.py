"""What the program is about, in plain Python: no Qt, Celery, SQLAlchemy or Redis here."""
