"""What kubelets may do: their own objects, and what the pods on their nodes need."""
