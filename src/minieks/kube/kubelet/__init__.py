"""The modelled kubelet: pods and containers live here, their durations are data."""
