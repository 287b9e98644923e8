"""Replays every recorded case in a folder and says how many agree.

``python -m golden.run DIR``: DIR has a folder per program, with a file per case. Exits with 0 if
all agree but those that are known to differ, which are listed with their reasons; with 1 if
another one does not, or a listed one does; with 2 if there is nothing to replay.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from golden.known import complaint, is_as_known, known
from golden.outcome import Outcome, Share, by_family, share
from golden.programs import PROGRAMS, Program, cases, judge


def family_lines(program: Program, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Per family the cases and parts that agree."""
    families = by_family(outcomes)
    width = max(map(len, families))
    for family, part in families.items():
        yield (
            f"  {family:{width}}  {part.agreeing_cases:,} of {part.cases:,} cases, "
            f"{part.agreeing_parts:,} of {part.parts:,} {program.parts_are_called}"
        )


def difference_lines(program: Program, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The first difference of each case that disagrees, from both sides, and its known reason."""
    reasons = known(program.folder)
    for one in outcomes:
        if one.agrees and one.case in reasons:
            yield f"  {complaint(one, program.folder)}"
        if one.first is not None:
            yield f"  {one.case}: {one.first.about}"
            yield f"    expected: {one.first.expected}"
            yield f"    got:      {one.first.got}"
            if one.case in reasons:
                yield f"    known:    {reasons[one.case]}"


def total_line(program: Program, found: Share) -> str:
    parts = f"{found.agreeing_parts:,} of {found.parts:,} {program.parts_are_called}, "
    return (
        f"{program.folder}: {parts if program.parts_in_total else ''}"
        f"{found.agreeing_cases:,} of {found.cases:,} cases agree"
    )


def replayed(root: Path) -> dict[Program, list[Outcome]]:
    """Every case of every program that has a folder here."""
    found = {program: cases(root, program) for program in PROGRAMS}
    return {
        program: [judge(path, program) for path in paths]
        for program, paths in found.items()
        if paths
    }


@click.command()
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(root: Path) -> None:
    """Replay the recorded cases in ROOT."""
    found = replayed(root)
    if not found:
        known = ", ".join(f"{root}/{program.folder}" for program in PROGRAMS)
        click.echo(f"nothing to replay: there are no cases in {known}", err=True)
        sys.exit(2)
    for program, outcomes in found.items():
        click.echo(program.folder)
        for line in (*family_lines(program, outcomes), *difference_lines(program, outcomes)):
            click.echo(line)
    for program, outcomes in found.items():
        click.echo(total_line(program, share(outcomes)))
    sys.exit(
        any(
            not is_as_known(one, program.folder)
            for program, outcomes in found.items()
            for one in outcomes
        )
    )


if __name__ == "__main__":
    main()
