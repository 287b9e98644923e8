"""The REST semantics of a kube-apiserver without a socket: requests in, answers out."""
