"""The modelled kubelet: what happens to a pod on its node, and how a node comes to be Ready.

``stages`` decides (pure functions), ``kubelet`` and ``nodes`` carry (loops).
"""
