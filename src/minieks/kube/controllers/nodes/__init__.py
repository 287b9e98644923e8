"""Nodes: heard from or not, tainted accordingly, and emptied of pods that do not tolerate it."""
