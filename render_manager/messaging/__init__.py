"""Tickets on Celery, notices on Redis, and the embedded Redis server."""
