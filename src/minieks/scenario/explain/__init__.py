"""Why a pod is where it is: a saved run is made again until the decision, and looked at there."""
