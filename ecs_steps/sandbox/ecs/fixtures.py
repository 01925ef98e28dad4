"""The fixtures that the sandbox starts with, made by hand in the cluster `shop`.

`orders` (Fargate, behind a load balancer) and `billing` (EC2) are deployed by rolling updates, `storefront`
(Fargate) shifts traffic: see `storefront.py`.
"""

from typing import Any

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.request import Request, Tags

CLUSTER = "shop"

AWS_TAGS: Tags = [
    {"key": "aws:cloudformation:stack-name", "value": "shop-platform"},
    {"key": "aws:cloudformation:logical-id", "value": "OrdersTaskDefinition"},
]
"""Tags that only AWS itself can set."""


def task_definitions(account: Account) -> list[Request]:
    """Describe the families `orders` and `billing` as they were registered."""
    return [_orders(account), _billing(account)]


NETWORK: dict[str, Any] = {
    "awsvpcConfiguration": {
        "subnets": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
        "securityGroups": ["sg-0c1d2e3f"],
        "assignPublicIp": "DISABLED",
    }
}
OWNER: Tags = [{"key": "team", "value": "shop"}, {"key": "cost-centre", "value": "4711"}]


def services(account: Account) -> list[Request]:
    """Describe the services `orders` (Fargate) and `billing` (EC2) as they were created."""
    return [
        {
            "cluster": CLUSTER,
            "serviceName": "orders",
            "taskDefinition": "orders",
            "desiredCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": NETWORK,
            "loadBalancers": [
                {"targetGroupArn": target_group(account), "containerName": "web", "containerPort": 8080}
            ],
            "healthCheckGracePeriodSeconds": 30,
            "enableECSManagedTags": True,
            "propagateTags": "SERVICE",
            "tags": OWNER,
        },
        {
            "cluster": CLUSTER,
            "serviceName": "billing",
            "taskDefinition": "billing",
            "desiredCount": 1,
            "launchType": "EC2",
            "deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 200},
            "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
            "tags": OWNER,
        },
    ]


def target_group(account: Account) -> str:
    """Name the target group behind `orders`."""
    balancing = f"arn:{account.partition}:elasticloadbalancing:{account.region}:{account.number}"
    return f"{balancing}:targetgroup/orders/0123456789abcdef"


def awslogs(account: Account, group: str, prefix: str) -> dict[str, Any]:
    options = {
        "awslogs-group": group,
        "awslogs-region": account.region,
        "awslogs-stream-prefix": prefix,
    }
    return {"logDriver": "awslogs", "options": options}


def fargate_task_definition(account: Account, family: str, version: str) -> Request:
    """Describe a family of one web container on Fargate as it was registered."""
    return {
        "family": family,
        "executionRoleArn": account.role(f"{family}-execution"),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [
            {
                "name": "web",
                "image": f"index.docker.io/acme/{family}:{version}",
                "essential": True,
                "portMappings": [{"containerPort": 8080}],
                "logConfiguration": awslogs(account, f"/ecs/{family}", "ecs"),
            }
        ],
        "tags": [{"key": "team", "value": "shop"}],
    }


def _orders(account: Account) -> Request:
    secret = f"arn:{account.partition}:secretsmanager:{account.region}:{account.number}:secret"
    parameter = f"arn:{account.partition}:ssm:{account.region}:{account.number}:parameter"
    return {
        "family": "orders",
        "taskRoleArn": account.role("orders-task"),
        "executionRoleArn": account.role("orders-execution"),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "512",
        "memory": "1024",
        "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        "ephemeralStorage": {"sizeInGiB": 30},
        "volumes": [
            {
                "name": "uploads",
                "efsVolumeConfiguration": {
                    "fileSystemId": "fs-0a1b2c3d",
                    "rootDirectory": "/uploads",
                    "transitEncryption": "ENABLED",
                },
            },
            {"name": "scratch"},
        ],
        "containerDefinitions": [
            {
                "name": "web",
                "image": "index.docker.io/acme/orders:1.4.0",
                "essential": True,
                "portMappings": [{"containerPort": 8080, "name": "http", "appProtocol": "http"}],
                "environment": [
                    {"name": "LOG_LEVEL", "value": "info"},
                    {"name": "PAYMENTS_URL", "value": "https://payments.internal"},
                ],
                "secrets": [
                    {"name": "DATABASE_PASSWORD", "valueFrom": f"{secret}:orders/database-AbCdEf"},
                    {"name": "API_TOKEN", "valueFrom": f"{parameter}/orders/api-token"},
                ],
                "mountPoints": [
                    {"sourceVolume": "uploads", "containerPath": "/var/uploads"},
                    {"sourceVolume": "scratch", "containerPath": "/var/scratch"},
                ],
                "dockerLabels": {"com.acme.team": "shop", "com.acme.tier": "frontend"},
                "dependsOn": [{"containerName": "log-router", "condition": "START"}],
                "healthCheck": {
                    "command": ["CMD-SHELL", "curl -fs http://localhost:8080/health || exit 1"],
                    "interval": 10,
                    "timeout": 3,
                    "retries": 3,
                    "startPeriod": 20,
                },
                "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
                "linuxParameters": {"initProcessEnabled": True},
                "stopTimeout": 60,
                "logConfiguration": awslogs(account, "/ecs/orders", "ecs"),
                **account.plan.newer_container_members,
            },
            {
                "name": "log-router",
                "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.2",
                "essential": False,
                "memoryReservation": 64,
                "user": "0",
                "logConfiguration": awslogs(account, "/ecs/orders", "log-router"),
            },
        ],
        "tags": [{"key": "team", "value": "shop"}, {"key": "data-class", "value": "internal"}],
        **account.plan.newer_members,
    }


def _billing(account: Account) -> Request:
    return {
        "family": "billing",
        "executionRoleArn": account.role("billing-execution"),
        "networkMode": "bridge",
        "requiresCompatibilities": ["EC2"],
        "placementConstraints": [
            {"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m6i.*"},
        ],
        "volumes": [{"name": "invoices", "host": {"sourcePath": "/srv/invoices"}}],
        "containerDefinitions": [
            {
                "name": "worker",
                "image": "registry.acme.example:5000/billing/worker:2026.1@sha256:" + "ab" * 32,
                "cpu": 256,
                "memory": 512,
                "memoryReservation": 256,
                "essential": True,
                "links": ["cache:cache"],
                "portMappings": [{"containerPort": 9000, "hostPort": 0}],
                "environment": [{"name": "QUEUE", "value": "invoices"}],
                "mountPoints": [{"sourceVolume": "invoices", "containerPath": "/data", "readOnly": False}],
                "extraHosts": [{"hostname": "ledger.internal", "ipAddress": "10.0.0.7"}],
                "privileged": False,
                "logConfiguration": awslogs(account, "/ecs/billing", "billing"),
            },
            {
                "name": "cache",
                "image": "index.docker.io/library/redis:7.2",
                "cpu": 64,
                "memoryReservation": 128,
                "essential": False,
            },
        ],
        "tags": [{"key": "team", "value": "finance"}],
    }
