"""Where the recorded cases are: all of them beside a checkout, else the sample in it."""

from pathlib import Path

from shared import GOLDEN

SAMPLE = Path(__file__).with_name("sample")


def root(folder: str) -> Path:
    """The folder that holds the cases of a program."""
    return GOLDEN if (GOLDEN / folder).is_dir() else SAMPLE
