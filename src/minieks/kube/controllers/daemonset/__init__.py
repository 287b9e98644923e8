"""DaemonSets: one pod on each node where it may run."""
