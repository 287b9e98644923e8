"""The reader of eksctl's ClusterConfig."""
