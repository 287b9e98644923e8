"""Prices, the meter and the bill."""
