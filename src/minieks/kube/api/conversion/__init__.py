"""Custom resources in the several versions of their definition.

Source: kubernetes apiextensions-apiserver pkg/apiserver/conversion.
"""
