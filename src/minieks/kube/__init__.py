"""Kubernetes as such: kinds, the API pipeline, scheduler, controllers, kubelet. No word of AWS."""
