"""The AWS side of a process: one endpoint for EKS, which is ours, and for what moto brings.

Nothing else imports botocore or moto, and here they are imported only once somebody asks.
"""
