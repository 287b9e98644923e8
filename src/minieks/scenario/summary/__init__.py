"""From what was observed, and the world at its end, to the report."""
