"""Fargate for EKS: which pods it takes, what it gives them, and what it refuses.

`matching`, `sizing`, `refusals` and `logging` are pure: values in, values out. `webhook` marks a
pod as it is created, `scheduler` brings a marked pod onto a node of its own.
"""
