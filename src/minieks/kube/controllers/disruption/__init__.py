"""PodDisruptionBudgets: how many pods may be missed now."""
