"""Prices, the meter and the bill.

`meter` watches what runs and keeps `usage` records; `bill.price` turns usage and prices into a
bill. Nothing here decides anything about the cluster.
"""
