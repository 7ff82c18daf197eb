"""Looks at what the program needs, part by part, also where the program itself can't open."""
