"""Programs that change sizes by themselves: the vertical pod autoscaler, kube-downscaler."""
