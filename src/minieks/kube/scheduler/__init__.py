"""default-scheduler: a pure heart (snapshot and pod in, placement and reasons out) and its loop."""
