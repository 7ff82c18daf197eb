"""Render Manager: an OSS project goes in, verified frames come out, watched frame by frame."""

__version__ = "0.1.0"
