"""Reading load files: what is asked of workloads over time."""

from minieks.scenario.readers.load.file import read_load

__all__ = ["read_load"]
