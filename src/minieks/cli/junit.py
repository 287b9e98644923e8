"""Outcomes of scenarios as JUnit XML, which CI systems read.

Source: the schema of Jenkins' xUnit plugin (junit-10.xsd).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from minieks.cli.outcomes import plain
from minieks.engine.errors import UserError

if TYPE_CHECKING:
    from minieks.cli.test import Timed

_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write_junit(done: Sequence["Timed"], file: Path) -> None:
    """Write one test case for each scenario; UserError if the file cannot be written."""
    try:
        file.write_text(junit(done), encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise UserError(reason, where=str(file), hint="name another file") from error


def junit(done: Sequence["Timed"]) -> str:
    """The document."""
    statuses = [one.outcome.status for one in done]
    suite = Xml.Element(
        "testsuite",
        name="minieks",
        tests=str(len(done)),
        failures=str(statuses.count("failed")),
        errors=str(statuses.count("error")),
        time=f"{sum(one.took for one in done):.3f}",
    )
    suite.extend(_cases(done))
    Xml.indent(suite)
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _cases(done: Iterable["Timed"]) -> Iterable[Xml.Element]:
    for outcome, took in done:
        folder = ".".join(Path(outcome.file).parent.parts) or "scenarios"
        case = Xml.Element(
            "testcase",
            name=_clean(outcome.name),
            classname=_clean(folder),
            file=_clean(outcome.file),
            time=f"{took:.3f}",
        )
        for failure in outcome.failures:
            text = f"{failure.expected}: {failure.found}"
            Xml.SubElement(case, "failure", message=_clean(text)).text = _clean(plain(failure))
        if outcome.error is not None:
            problem = outcome.error
            text = f"{problem.where}: {problem.message}"
            Xml.SubElement(case, "error", message=_clean(text)).text = _clean(problem.hint)
        yield case


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return text.translate(_FORBIDDEN)
