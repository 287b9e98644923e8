"""Working hours: workloads that go to sleep at night, as kube-downscaler does it.

    timespec → boundaries     when a time specification matches, and when that will change
    options                   the program's flags and environment
    scalable                  what "replicas" are of each kind, and how they are set
    deciding                  what is done to a resource at a time, as one pure function
    loop                      does it, at the program's own rounds and only when something changes

Source: github.com/caas-team/py-kube-downscaler v26.4 (which descends from hjacobs/kube-downscaler).
"""
