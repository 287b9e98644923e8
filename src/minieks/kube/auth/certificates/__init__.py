"""certificates.k8s.io: requests for certificates, who may approve them, and who signs them."""
