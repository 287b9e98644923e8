"""Who asks, and whether they may: authentication, impersonation, authorization, and their APIs.

It stands above the pipeline and below REST: what it needs of a request is in `credentials`.
"""
