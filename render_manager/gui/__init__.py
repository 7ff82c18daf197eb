"""The window: the only room that knows Qt. It talks to services and the domain, never to database or broker."""
