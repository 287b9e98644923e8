"""What clients ask a server first: which resources there are, its version, whether it is well."""
