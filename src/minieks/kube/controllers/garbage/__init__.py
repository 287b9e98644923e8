"""Garbage collection: what becomes of objects when their owners go."""
