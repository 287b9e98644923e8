"""Figures with source and date: instance types, prices, versions, timings."""
