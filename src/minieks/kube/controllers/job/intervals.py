"""Sets of completion indexes, written as ``0-2,5``.

Source: kubernetes pkg/controller/job/indexed_job_utils.go.
"""

from collections.abc import Collection, Iterable


def parse(text: str, completions: int) -> set[int]:
    """The indexes of a text that are below ``completions``."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return {index for index in found if index < completions}


def render(indexes: Iterable[int]) -> str:
    """The shortest text for the indexes: two neighbours are listed, three or more are a range."""
    parts: list[list[int]] = []
    for index in sorted(indexes):
        if parts and parts[-1][-1] == index - 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    return ",".join(_part(part) for part in parts)


def _part(run: list[int]) -> str:
    if len(run) == 1:
        return str(run[0])
    return f"{run[0]}{',' if len(run) == 2 else '-'}{run[-1]}"


def first_free(taken: Collection[int], count: int, completions: int) -> list[int]:
    """The lowest ``count`` indexes that are not taken."""
    free: list[int] = []
    for index in range(completions):
        if len(free) >= count:
            break
        if index not in taken:
            free.append(index)
    return free
