"""One file per control loop of kube-controller-manager."""
