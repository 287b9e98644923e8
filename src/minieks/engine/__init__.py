"""The deterministic engine: clock, event queue, work queues, store. No word of Kubernetes in it."""
