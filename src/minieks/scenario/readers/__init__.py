"""Readers of files: eksctl ClusterConfig, manifests."""
