"""Errors and warnings on stderr."""

from io import StringIO

import pytest

from minieks.cli import complaints


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stderr", "no_color", "coloured"),
    [(Terminal(), "", True), (Terminal(), "1", False), (StringIO(), "", False)],
    ids=["a terminal", "a terminal with NO_COLOR", "a file"],
)
def test_complaints_have_colour_only_where_it_is_wanted(
    stderr: StringIO, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setenv("NO_COLOR", no_color)
    complaints.error("no such file", "look again")
    complaints.warn("it is old")
    said = stderr.getvalue()
    assert ("\x1b[" in said) == coloured
    assert "no such file" in said
    if not coloured:
        assert said == "error: no such file\n hint: look again\nwarning: it is old\n"
