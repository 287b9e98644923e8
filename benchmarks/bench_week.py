"""Seven simulated days of examples/shop, with a rollout of every Deployment each hour."""

import sys
from functools import partial
from pathlib import Path
from time import perf_counter

from minieks.cli.collector import relaxed
from minieks.engine.clock import DAY, HOUR
from minieks.kube.words.objects import Obj
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.simulation import Simulation

LIMIT = 5.0
DAYS = 7
SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"


def restarted(deployment: Obj, hour: int) -> Obj:
    """The Deployment as ``kubectl rollout restart`` leaves it."""
    spec = deployment["spec"]
    template = spec["template"]
    meta = template.get("metadata") or {}
    annotations = {
        **(meta.get("annotations") or {}),
        "kubectl.kubernetes.io/restartedAt": f"hour {hour}",
    }
    template = {**template, "metadata": {**meta, "annotations": annotations}}
    return {**deployment, "spec": {**spec, "template": template}}


def roll_out(simulation: Simulation, hour: int) -> None:
    """Restart every Deployment of the shop."""
    for deployment in simulation.api.list("deployments.apps", "shop"):
        simulation.api.update(restarted(deployment, hour))


def measure() -> tuple[float, int]:
    """Seconds of wall time for the week, and how many pods it made."""
    begin = perf_counter()
    inputs = read_inputs(str(SHOP))
    simulation = Simulation(inputs, inputs.settings.start_or(None), seed=0)
    with relaxed():
        simulation.begin(inputs.objects)
        for hour in range(1, 24 * DAYS):
            due = simulation.start + hour * HOUR
            simulation.engine.at(due, partial(roll_out, simulation, hour))
        simulation.run(simulation.start + DAYS * DAY)
    made = sum(notes.created for notes in simulation.readiness.workloads.values())
    return perf_counter() - begin, made


def main() -> int:
    """Print the figure; 1 if it is over the limit."""
    taken, made = measure()
    print(
        f"{DAYS} days of examples/shop with hourly rollouts ({made} pods): {taken:.2f} s"
        f" (limit {LIMIT:g} s), {DAYS * 86400 / taken:,.0f} times as fast as time"
    )
    return int(taken > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
