"""Clusters over HTTPS: sockets, TLS, time that passes by itself, files that outlive a process.

Everything that asks the operating system for something while a cluster runs is here; what an
answer says is decided below, in ``minieks.kube.rest``.
"""
