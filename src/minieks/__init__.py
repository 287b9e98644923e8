"""Amazon EKS on a laptop: one deterministic engine in which real manifests land on EKS compute."""

__version__ = "0.1.0"
