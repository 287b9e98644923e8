"""Chooses the sample of recorded cases that a checkout carries.

``python -m golden.choosing DIR``: of DIR, every case of the controllers, which are small, of each
family of the scheduler's and of VPA's cases the smallest third, of each family of HPA's the
smallest sixth, and of each family of the API's and of the cluster autoscaler's the smallest half,
all rounded up. Writes them
beside this file.
"""

import json
import shutil
from collections import defaultdict
from pathlib import Path

import click

from golden.recorded import SAMPLE


def smallest_part(paths: list[Path], divisor: int) -> list[Path]:
    """Of each family the smallest of its cases, one of ``divisor`` rounded up."""
    families: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(paths, key=lambda path: (path.stat().st_size, path.name)):
        families[json.loads(path.read_text(encoding="utf-8"))["family"]].append(path)
    return [path for found in families.values() for path in found[: -(-len(found) // divisor)]]


def smallest_half(lines: list[str]) -> list[str]:
    """Of the cases of one family the smallest half, rounded up, in their order."""
    by_size = sorted(range(len(lines)), key=lambda position: (len(lines[position]), position))
    return [lines[position] for position in sorted(by_size[: -(-len(lines) // 2)])]


def chosen(root: Path) -> dict[str, list[Path]]:
    """The cases of the sample, by folder."""
    controllers, scheduler, vpa, hpa, autoscaler = (
        sorted((root / folder).glob("*.json"))
        for folder in ("controllers", "scheduler", "vpa", "hpa", "cluster-autoscaler")
    )
    return {
        "controllers": controllers,
        "scheduler": smallest_part(scheduler, 3),
        "vpa": smallest_part(vpa, 3),
        "hpa": smallest_part(hpa, 6),
        "cluster-autoscaler": smallest_part(autoscaler, 2),
    }


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
    click.echo(f"api: {_write_api(root / 'api', SAMPLE / 'api')} cases")


def _write_api(source: Path, target: Path) -> int:
    """Write the sample of each family, and say how many cases they are."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    count = 0
    for path in sorted(source.glob("*.jsonl")):
        lines = smallest_half(path.read_text(encoding="utf-8").splitlines())
        (target / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        count += len(lines)
    return count


if __name__ == "__main__":
    main()
