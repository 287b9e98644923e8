"""What clusters have in EC2 and Auto Scaling, shown by moto: instances, groups, interfaces.

The clusters are the truth. Before moto answers, its objects of a cluster are brought up to the
cluster's records (`clusters`); what is done to them is done to the cluster (`machines`, `groups`).
"""
