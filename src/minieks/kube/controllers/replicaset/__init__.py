"""ReplicaSets: so many pods, and which go first."""
