#!/bin/sh
# From nothing to a cluster and down again, with the aws CLI and kubectl alone. At AWS it would take
# three quarters of an hour. AWS_PORT is the port of the endpoint.
set -eu
cd "$(dirname "$0")"

show() { printf '$ %s\n' "$*"; "$@"; }
quietly() { "$@" >/dev/null; }
trust() {
    printf '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", %s}]}' "$1"
}
service() {
    trust "\"Principal\": {\"Service\": \"$1.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\""
}
role() { # name, service, policies
    name=$1
    quietly aws iam create-role --role-name "$name" --assume-role-policy-document "$(service "$2")"
    shift 2
    for policy in "$@"; do
        aws iam attach-role-policy --role-name "$name" --policy-arn "arn:aws:iam::aws:policy/$policy"
    done
    echo "role $name"
}

export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-west-1 AWS_PAGER=
work=$(mktemp -d)
export KUBECONFIG="$work/config"
minieks up --detach --speed max --aws-port "${AWS_PORT:-4566}" >/dev/null
export AWS_ENDPOINT_URL=http://127.0.0.1:${AWS_PORT:-4566}
trap 'minieks down >/dev/null; rm -rf "$work"' EXIT

echo "# a network, and who may do what"
vpc=$(aws ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId --output text)
subnet() {
    aws ec2 create-subnet --vpc-id "$vpc" --cidr-block "$1" --availability-zone "$2" \
        --query Subnet.SubnetId --output text
}
a=$(subnet 10.0.0.0/18 eu-west-1a) && b=$(subnet 10.0.64.0/18 eu-west-1b)
account=$(aws sts get-caller-identity --query Account --output text)
role shop-cluster eks AmazonEKSClusterPolicy
role shop-nodes ec2 AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy AmazonEC2ContainerRegistryPullOnly
role shop-pods eks-fargate-pods AmazonEKSFargatePodExecutionRolePolicy

echo "# a cluster, a Fargate profile, a node group"
arn=arn:aws:iam::$account:role
quietly aws eks create-cluster --name shop --role-arn "$arn/shop-cluster" \
    --resources-vpc-config "subnetIds=$a,$b"
show aws eks wait cluster-active --name shop
quietly aws eks create-fargate-profile --cluster-name shop --fargate-profile-name web \
    --pod-execution-role-arn "$arn/shop-pods" --subnets "$a" "$b" --selectors namespace=web
quietly aws eks create-nodegroup --cluster-name shop --nodegroup-name blue \
    --node-role "$arn/shop-nodes" --subnets "$a" "$b" --instance-types t3.medium \
    --scaling-config minSize=1,maxSize=4,desiredSize=2
show aws eks wait fargate-profile-active --cluster-name shop --fargate-profile-name web
show aws eks wait nodegroup-active --cluster-name shop --nodegroup-name blue
quietly aws eks update-kubeconfig --name shop
show kubectl get nodes

echo "# an app: its service account gets a role of IAM"
issuer=$(aws eks describe-cluster --name shop --query cluster.identity.oidc.issuer --output text)
provider=$(aws iam create-open-id-connect-provider --url "$issuer" \
    --client-id-list sts.amazonaws.com --query OpenIDConnectProviderArn --output text)
host=${issuer#https://}
quietly aws iam create-role --role-name shop-web --assume-role-policy-document "$(trust "
    \"Principal\": {\"Federated\": \"$provider\"}, \"Action\": \"sts:AssumeRoleWithWebIdentity\",
    \"Condition\": {\"StringEquals\": {\"$host:aud\": \"sts.amazonaws.com\",
        \"$host:sub\": \"system:serviceaccount:web:web\"}}")"
sed "s|ROLE_ARN|$arn/shop-web|" app.yaml | show kubectl apply --filename -
show kubectl --namespace web rollout status deployment/web --timeout 60s
show kubectl --namespace web get pods --output custom-columns=POD:.metadata.name,NODE:.spec.nodeName

echo "# what a container of its pod would see, and who it is with that"
kubectl --namespace web create token web --audience sts.amazonaws.com >"$work/token"
variable() {
    kubectl --namespace web get pods --output \
        "jsonpath={.items[0].spec.containers[0].env[?(@.name=='$1')].value}"
}
as_the_pod() {
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_ROLE_SESSION_NAME=web \
        AWS_ROLE_ARN="$(variable AWS_ROLE_ARN)" \
        AWS_WEB_IDENTITY_TOKEN_FILE="$work/token" HOME="$work" "$@"
}
printf '$ aws sts get-caller-identity\n'
as_the_pod aws sts get-caller-identity --query Arn --output text

echo "# the machines are EC2's"
group=$(aws eks describe-nodegroup --cluster-name shop --nodegroup-name blue \
    --query 'nodegroup.resources.autoScalingGroups[0].name' --output text)
aws autoscaling set-desired-capacity --auto-scaling-group-name "$group" --desired-capacity 3
instances() {
    aws ec2 describe-instances --filters Name=tag:eks:nodegroup-name,Values=blue \
        --query "Reservations[$1].Instances[].[PrivateDnsName,InstanceType]" --output text
}
newest=$(instances -1: | cut -f 1)
quietly kubectl wait --for create "node/$newest" --timeout 60s
quietly kubectl wait --for condition=Ready "node/$newest" --timeout 60s
printf '$ aws ec2 describe-instances\n'
instances ''
show kubectl get nodes --selector eks.amazonaws.com/nodegroup=blue

echo "# and down again"
quietly aws eks delete-fargate-profile --cluster-name shop --fargate-profile-name web
show aws eks wait fargate-profile-deleted --cluster-name shop --fargate-profile-name web
quietly aws eks delete-nodegroup --cluster-name shop --nodegroup-name blue
show aws eks wait nodegroup-deleted --cluster-name shop --nodegroup-name blue
quietly aws eks delete-cluster --name shop
show aws eks wait cluster-deleted --name shop
