"""The Common Expression Language as Kubernetes speaks it: parse, check, compile once, evaluate.

    lexer -> parser -> syntax -> checker (types, overloads) -> evaluation, folding (loops)
                                 cost (the worst case, before anything runs)

Functions are tables (``library``): a name, a signature, what it does. Nothing here knows an object
of the API; ``schema_types`` alone reads structural schemas. Source: cel-spec, cel-go, kubernetes
apiserver pkg/cel.
"""
