"""Scenario files: a small world, what happens in it when, and what is expected of it.

`file` reads one into a `Script`; `trial` plays a script in a simulation and judges what came of it.
What can happen stands in `actions`, what can be expected in `expecting`; the reference of scenario
files is made from these two tables.
"""
