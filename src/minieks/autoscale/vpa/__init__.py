"""The vertical pod autoscaler: requests that follow what containers use.

    recommending   from measurements to recommendations, as one pure function
    gomath → buckets → histogram → aggregate → measuring → model; estimating, policies

Source: kubernetes/autoscaler, tag vertical-pod-autoscaler/v1.5.1.
"""
