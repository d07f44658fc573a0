"""IAM statements of a Lambda function that event source mappings invoke with events of an MSK cluster.

Source: Lambda developer guide, "Configuring Lambda permissions for Amazon MSK event source mappings" and "IAM
role-based authentication". The mapping reads under the function's role.
"""

from modules.deployment import Deployment
from modules.environment.models.consumers import Consumer, LambdaConsumer
from modules.iam.client_policies import ClusterArns
from modules.iam.documents import Statement, allow

SERVICE = "lambda.amazonaws.com"


def mappings(deployment: Deployment, consumer: Consumer, arns: ClusterArns) -> list[Statement]:
    """What a mapping needs besides its topics and groups; none for an application with a client of its own."""
    if not isinstance(consumer, LambdaConsumer):
        return []
    logs = deployment.arn("logs", f"log-group:/aws/lambda/{consumer.function_name or '*'}")
    # Subnets of a shared VPC belong to its owner's account.
    subnets = f"arn:{deployment.partition}:ec2:{deployment.region}:*:subnet/*"
    interfaces = [deployment.arn("ec2", "network-interface/*"), deployment.arn("ec2", "security-group/*"), subnets]
    describe = ("NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    return [
        allow("BrokerSettings", ["kafka-cluster:DescribeClusterDynamicConfiguration"], [arns.cluster]),
        allow("Brokers", ["kafka:DescribeClusterV2"], [arns.cluster]),
        # Neither MSK nor EC2 limits these to a resource (Service Authorization Reference).
        allow("BrokerAddresses", ["kafka:GetBootstrapBrokers"], ["*"]),
        allow("NetworkInterfaces", ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"], interfaces),
        allow("Networks", [f"ec2:Describe{what}" for what in describe], ["*"]),
        allow("Logs", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [logs, f"{logs}:*"]),
    ]
