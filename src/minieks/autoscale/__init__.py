"""Programs that change sizes by themselves: autoscalers of nodes and of requests, working hours."""
