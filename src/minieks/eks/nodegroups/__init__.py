"""Node groups: Auto Scaling groups of EC2 instances that become nodes.

`allocatable`, `maxpods`, `asg` and `node` are pure: values in, values out. The loops launch
instances, let them join as nodes, drain, terminate and update them.
"""
