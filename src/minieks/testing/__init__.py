"""A cluster for the tests of others: in the process, over HTTPS, in time that the test advances.

    from minieks.testing import Cluster

    with Cluster() as cluster:
        ...  # any client, with cluster.kubeconfig
        cluster.advance("10m")

pytest finds the fixtures ``minieks_cluster`` and ``minieks_session_cluster`` by itself.
"""

from minieks.testing.cluster import Cluster

__all__ = ["Cluster"]
