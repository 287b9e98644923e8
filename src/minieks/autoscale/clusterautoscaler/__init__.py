"""The cluster autoscaler: adds nodes for pods that found none, removes nodes that nobody needs.

    snapshot                       the scheduler's own state, to be tried out and undone
    podgroups, estimating          how many nodes of a group pods need
    expanders, balancing, limits   which group grows, and by how much
    scalingup                      all of that together, as one plan
    utilization, drainability, budgets, removal, unneeded    which nodes can go
    registry                       what was asked of each group and what came of it
    options                        the program's flags
    provider                       what node groups are to it: implemented beside EKS' groups
    scalingdown, actuating         looks for those round by round, and removes them
    statusmap, rounds, loop        does it all, in rounds of the scan interval

`estimate` answers for plain values. Source: kubernetes/autoscaler cluster-autoscaler 1.34.
"""

from minieks.autoscale.clusterautoscaler.estimating import Estimate, estimate

__all__ = ["Estimate", "estimate"]
