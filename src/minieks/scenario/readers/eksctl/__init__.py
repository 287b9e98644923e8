"""The reader of eksctl's ClusterConfig (eksctl.io/v1alpha5)."""

from minieks.scenario.readers.eksctl.cluster import is_cluster_config, read_cluster_config

__all__ = ["is_cluster_config", "read_cluster_config"]
