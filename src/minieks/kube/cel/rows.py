"""The shape of a library's table."""

from collections.abc import Callable
from typing import Any, TypeAlias

Row: TypeAlias = tuple[str, str, Callable[..., Any]]
"""A function's name, its signature, and what it does."""
