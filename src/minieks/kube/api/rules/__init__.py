"""The CEL rules (x-kubernetes-validations) of custom resources.

``compiling`` makes programs of rules, ``checking`` finds what is wrong with them in a definition,
``evaluating`` holds objects against them. Source: kubernetes apiextensions-apiserver
pkg/apiserver/schema/cel.
"""
