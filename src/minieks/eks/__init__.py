"""Amazon EKS: Fargate, node groups, add-ons, identity."""
