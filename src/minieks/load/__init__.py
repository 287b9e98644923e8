"""Load over time: what is asked of workloads, and what comes of it.

`curves` say what is asked at a moment, `spec` what a load file says, `flow` what comes of requests
that meet a number of pods, and `model` follows a cluster: it is its `minieks.kube.usage.Demand`
and its `CustomMetrics`.
"""
