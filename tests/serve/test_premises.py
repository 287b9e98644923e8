"""What the clusters of a process share."""

import asyncio
from pathlib import Path

from cluster_configs import HEAD
from minieks.data.prices import PriceList
from minieks.data.timings import Timing, Timings
from minieks.scenario.readers.inputs import read_inputs
from minieks.serve.awssettings import AwsSettings
from minieks.serve.ekshosts import EksHosts
from minieks.serve.opening import begin, new_engine
from minieks.serve.premises import Place, Premises
from minieks.serve.runtime import MAX, Runtime


def test_the_timings_of_a_config_hold_for_clusters_made_beside_it(tmp_path: Path) -> None:
    config = tmp_path / "cluster.yaml"
    config.write_text(HEAD)
    spec = read_inputs(str(config)).cluster
    timings = Timings({"control_plane_creation": Timing(1.0)})

    async def made() -> EksHosts:
        engine = new_engine(0, 0)
        brought = begin(engine, spec, timings, PriceList())
        runtime = Runtime(asyncio.get_running_loop(), engine, MAX)
        premises = Premises([brought], Place(aws=AwsSettings(port=0)), runtime)
        await premises.start()
        await premises.stop()
        return premises.made

    assert asyncio.run(made()).timings is timings
