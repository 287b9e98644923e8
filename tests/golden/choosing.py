"""Chooses the sample of recorded cases that a checkout carries.

``python -m golden.choosing DIR``: of DIR, every case of the controllers, which are small, and of
each family of the scheduler's cases the smallest third, rounded up. Writes them beside this file.
"""

import json
import shutil
from collections import defaultdict
from pathlib import Path

import click

from golden.recorded import SAMPLE


def smallest_third(paths: list[Path]) -> list[Path]:
    """Of each family the smallest third of its cases, rounded up."""
    families: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(paths, key=lambda path: (path.stat().st_size, path.name)):
        families[json.loads(path.read_text(encoding="utf-8"))["family"]].append(path)
    return [path for found in families.values() for path in found[: -(-len(found) // 3)]]


def chosen(root: Path) -> dict[str, list[Path]]:
    """The cases of the sample, by folder."""
    controllers, scheduler = (
        sorted((root / folder).glob("*.json")) for folder in ("controllers", "scheduler")
    )
    return {"controllers": controllers, "scheduler": smallest_third(scheduler)}


@click.command()
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(root: Path) -> None:
    """Write the sample of the cases in ROOT."""
    for folder, paths in chosen(root).items():
        target = SAMPLE / folder
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in paths:
            shutil.copyfile(path, target / path.name)
        click.echo(f"{folder}: {len(paths)} cases")


if __name__ == "__main__":
    main()
