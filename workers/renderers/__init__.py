"""Renderer adapters: one file per engine, each registered in registry.py."""
