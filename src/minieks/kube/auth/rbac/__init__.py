"""Role based access control, as rbac.authorization.k8s.io/v1 defines it."""
