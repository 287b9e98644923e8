"""Leaves that could be libraries: quantities, selectors, times, names, patches."""
