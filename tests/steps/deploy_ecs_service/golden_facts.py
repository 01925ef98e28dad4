"""What each golden must hold, by hand from Octopus' contract and ECS' rules, never from the code.

A path has `/` between its parts; `TASK`, `SERVICE`, `ROLE` and `LOGS` are the properties of a resource.
"""

from typing import Any, Final

ABSENT: Final = object()

TASK = "Resources/TaskDefinitionoctopetshopWeb/Properties"
SERVICE = "Resources/ServiceoctopetshopWeb/Properties"
ROLE = "Resources/TaskExecutionRoleoctopetshopWeb/Properties"
LOGS = "Resources/AwsLogGroupoctopetshopWeb/Properties"
WEB = f"{TASK}/ContainerDefinitions/0"
SECOND = f"{TASK}/ContainerDefinitions/1"
THIRD = f"{TASK}/ContainerDefinitions/2"
MANAGED_POLICY = "Parameters/AmazonECSTaskExecutionRolePolicyArn/Default"
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret"

Facts = dict[str, Any]

EVERY_GOLDEN: Facts = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Parameters/ClusterName/Default": "samples-target-containers-development",
    "Parameters/TaskDefinitionName/Default": "octopetshop-web",
    f"{TASK}/Family": {"Ref": "TaskDefinitionName"},
    f"{TASK}/Cpu": {"Ref": "TaskDefinitionCPU"},
    f"{TASK}/Memory": {"Ref": "TaskDefinitionMemory"},
    f"{TASK}/NetworkMode": "awsvpc",
    f"{TASK}/RequiresCompatibilities": ["FARGATE"],
    f"{TASK}/RuntimePlatform/OperatingSystemFamily": "LINUX",
    f"{SERVICE}/Cluster": {"Ref": "ClusterName"},
    f"{SERVICE}/LaunchType": "FARGATE",
    f"{SERVICE}/TaskDefinition": {"Ref": "TaskDefinitionoctopetshopWeb"},
    f"{SERVICE}/ServiceName": ABSENT,
    "Resources/ServiceoctopetshopWeb/DependsOn": ["TaskDefinitionoctopetshopWeb"],
}

AUTO_LOGGING: Facts = {
    f"{LOGS}/LogGroupName": {"Ref": "LogGroupName"},
    f"{WEB}/LogConfiguration": {
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-group": {"Ref": "LogGroupName"},
            "awslogs-region": {"Ref": "AWS::Region"},
            "awslogs-stream-prefix": "ecs",
        },
    },
}
OWN_ROLE: Facts = {
    f"{TASK}/ExecutionRoleArn": {"Fn::GetAtt": ["TaskExecutionRoleoctopetshopWeb", "Arn"]},
    f"{ROLE}/AssumeRolePolicyDocument/Statement/0/Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
    f"{ROLE}/ManagedPolicyArns": [{"Ref": "AmazonECSTaskExecutionRolePolicyArn"}],
}
GIVEN_ROLE: Facts = {
    f"{TASK}/ExecutionRoleArn": {"Ref": "TaskExecutionRole"},
    "Parameters/TaskExecutionRole/Default": "arn:aws:iam::123456789012:role/web-execution",
    ROLE: ABSENT,
    MANAGED_POLICY: ABSENT,
}
USUAL_COUNTS: Facts = {
    f"{SERVICE}/DesiredCount": 1,
    f"{SERVICE}/DeploymentConfiguration": {"MinimumHealthyPercent": 100, "MaximumPercent": 200},
    "Parameters/DesiredCount": ABSENT,
}

FACTS: dict[str, Facts] = {
    "minimal": {
        **AUTO_LOGGING,
        **OWN_ROLE,
        **USUAL_COUNTS,
        "Parameters/LogGroupName/Default": "/ecs/octopetshop-web",
        f"{ROLE}/Policies": ABSENT,
        f"{TASK}/TaskRoleArn": ABSENT,
        f"{TASK}/Volumes": [],
        f"{TASK}/RuntimePlatform/CpuArchitecture": "X86_64",
        f"{WEB}/Name": "web",
        f"{WEB}/Image": "index.docker.io/octopetshop/web:1.4.0",
        f"{WEB}/Essential": True,
        f"{WEB}/PortMappings": [],
        f"{WEB}/RepositoryCredentials": ABSENT,
        f"{SERVICE}/LoadBalancers": ABSENT,
        f"{SERVICE}/EnableECSManagedTags": False,
        f"{SERVICE}/NetworkConfiguration/AwsvpcConfiguration": {
            "AssignPublicIp": "DISABLED",
            "Subnets": ["subnet-0a1b2c3d4e5f60718"],
            "SecurityGroups": ["sg-0c3d4e5f607182930"],
        },
    },
    "roles-given": {
        **GIVEN_ROLE,
        f"{TASK}/TaskRoleArn": {"Ref": "TaskRole"},
        "Parameters/TaskRole/Default": "arn:aws:iam::123456789012:role/web",
    },
    "execution-role-rights": {
        **OWN_ROLE,
        f"{WEB}/RepositoryCredentials": {"CredentialsParameter": f"{ARN}:registry-GhIjKl"},
        f"{WEB}/EnvironmentFiles": [
            {"Type": "s3", "Value": "arn:aws:s3:::settings/web.env"},
            {"Type": "s3", "Value": "arn:aws:s3:::settings/shop/common.env"},
        ],
        # Each secret once, without JSON keys; the one that a later entry replaces is granted to no one.
        f"{ROLE}/Policies/0/PolicyDocument/Statement/0": {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [f"{ARN}:shop/database-AbCdEf", f"{ARN}:splunk-MnOpQr", f"{ARN}:registry-GhIjKl"],
        },
        f"{ROLE}/Policies/0/PolicyDocument/Statement/2/Resource": [
            "arn:aws:s3:::settings/web.env",
            "arn:aws:s3:::settings/shop/common.env",
        ],
        f"{ROLE}/Policies/0/PolicyDocument/Statement/3": {
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation"],
            "Resource": ["arn:aws:s3:::settings"],
        },
    },
    "execution-role-given-secrets": {
        **GIVEN_ROLE,
        f"{WEB}/RepositoryCredentials": {"CredentialsParameter": f"{ARN}:registry-GhIjKl"},
        f"{WEB}/Environment": [{"Name": "GREETING", "Value": "hi"}, {"Name": "EMPTY", "Value": ""}],
        f"{WEB}/Secrets": [{"Name": "PASSWORD", "ValueFrom": f"{ARN}:shop/database-AbCdEf"}],
    },
    "logging-manual": {
        f"{WEB}/LogConfiguration": {
            "LogDriver": "splunk",
            "Options": {"splunk-url": "https://splunk.acme.test"},
            "SecretOptions": [{"Name": "splunk-token", "ValueFrom": f"{ARN}:shop/database-AbCdEf"}],
        },
        f"{SECOND}/LogConfiguration/LogDriver": "awslogs",
        f"{SECOND}/LogConfiguration/SecretOptions": [],
        f"{THIRD}/LogConfiguration": ABSENT,
        f"{TASK}/ContainerDefinitions/3/LogConfiguration": ABSENT,
        f"{TASK}/ContainerDefinitions/4/LogConfiguration": ABSENT,
        "Parameters/LogGroupName": ABSENT,
        LOGS: ABSENT,
    },
    "logging-auto-and-manual": {**AUTO_LOGGING, f"{SECOND}/LogConfiguration": ABSENT},
    "log-group": {
        **AUTO_LOGGING,
        "Parameters/LogGroupName/Default": "/shop/test/web",
        f"{LOGS}/RetentionInDays": 30,
    },
    "volumes": {
        f"{TASK}/Volumes": [
            {"Name": "scratch"},
            {
                "Name": "pictures",
                "EFSVolumeConfiguration": {
                    "FilesystemId": "fs-0d4e5f60718293a4b",
                    "RootDirectory": "/",
                    "TransitEncryption": "ENABLED",
                    "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "fsap-0e5f60718293a4b5c"},
                },
            },
            {
                "Name": "shared",
                "EFSVolumeConfiguration": {
                    "FilesystemId": "fs-0d4e5f60718293a4b",
                    "RootDirectory": "/shop",
                    "TransitEncryption": "DISABLED",
                    "AuthorizationConfig": {"IAM": "DISABLED"},
                },
            },
        ],
        f"{WEB}/ReadonlyRootFilesystem": True,
        f"{WEB}/MountPoints": [
            {"SourceVolume": "pictures", "ContainerPath": "/var/pictures", "ReadOnly": True},
            {"SourceVolume": "scratch", "ContainerPath": "/var/scratch", "ReadOnly": False},
        ],
        f"{SECOND}/VolumesFrom": [{"SourceContainer": "web", "ReadOnly": True}],
    },
    "load-balancer": {
        f"{SERVICE}/LoadBalancers": [
            {
                "ContainerName": "web",
                "ContainerPort": port,
                "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
                f"targetgroup/{group}/0f1e2d3c4b5a6978",
            }
            for port, group in ((8080, "web"), (9090, "admin"))
        ],
        f"{WEB}/PortMappings": [
            {"ContainerPort": port, "HostPort": port, "Protocol": "tcp"} for port in (8080, 9090)
        ],
    },
    "task-sets": {
        f"{SERVICE}/DeploymentController": {"Type": "EXTERNAL"},
        f"{SERVICE}/DesiredCount": {"Ref": "DesiredCount"},
        f"{SERVICE}/LaunchType": ABSENT,
        f"{SERVICE}/TaskDefinition": ABSENT,
        f"{SERVICE}/NetworkConfiguration": ABSENT,
        f"{SERVICE}/LoadBalancers": ABSENT,
        f"{SERVICE}/DeploymentConfiguration": ABSENT,
        "Parameters/MaximumHealthPercent": ABSENT,
        "Resources/TaskDefinitionoctopetshopWeb/UpdateReplacePolicy": "Retain",
    },
    "firelens": {
        f"{WEB}/LogConfiguration": {
            "LogDriver": "awsfirelens",
            "Options": {"Name": "datadog"},
            "SecretOptions": [{"Name": "apikey", "ValueFrom": f"{ARN}:shop/database-AbCdEf"}],
        },
        f"{SECOND}/FirelensConfiguration": {
            "Type": "fluentbit",
            "Options": {
                "enable-ecs-log-metadata": "true",
                "config-file-type": "file",
                "config-file-value": "/fluent-bit/etc/shop.conf",
            },
        },
    },
    "firelens-plain": {
        f"{SECOND}/FirelensConfiguration": {
            "Type": "fluentd",
            "Options": {"enable-ecs-log-metadata": "false"},
        },
        f"{WEB}/FirelensConfiguration": ABSENT,
    },
    "dependencies": {
        f"{WEB}/DependsOn": [
            {"ContainerName": "setup", "Condition": "SUCCESS"},
            {"ContainerName": "cache", "Condition": "HEALTHY"},
            {"ContainerName": "agent", "Condition": "START"},
        ],
        f"{WEB}/StartTimeout": 60,
        f"{WEB}/StopTimeout": 0,
        f"{SECOND}/Essential": False,
        f"{THIRD}/HealthCheck": {
            "Command": ["CMD-SHELL", "redis-cli ping || exit 1"],
            "Interval": 10,
            "Retries": 3,
            "StartPeriod": 0,
            "Timeout": 5,
        },
    },
    "arm64": {f"{TASK}/RuntimePlatform/CpuArchitecture": "ARM64"},
    "counts": {
        f"{SERVICE}/DesiredCount": {"Ref": "DesiredCount"},
        f"{SERVICE}/DeploymentConfiguration": {
            "MinimumHealthyPercent": {"Ref": "MinimumHealthPercent"},
            "MaximumPercent": {"Ref": "MaximumHealthPercent"},
        },
        "Parameters/DesiredCount": {"Type": "Number", "Default": 4},
        "Parameters/MinimumHealthPercent": {"Type": "Number", "Default": 50},
        "Parameters/MaximumHealthPercent": {"Type": "Number", "Default": 150},
        "Parameters/TaskDefinitionCPU": {"Type": "String", "Default": "1 vCPU"},
        f"{SERVICE}/EnableECSManagedTags": True,
        f"{SERVICE}/NetworkConfiguration/AwsvpcConfiguration": {
            "AssignPublicIp": "ENABLED",
            "Subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"],
            "SecurityGroups": ["sg-0c3d4e5f607182930", "sg-0d4e5f60718293041"],
        },
    },
    "zero-count": {
        "Parameters/DesiredCount/Default": 0,
        f"{SERVICE}/DesiredCount": {"Ref": "DesiredCount"},
        "Parameters/MinimumHealthPercent/Default": 0,
        "Parameters/MaximumHealthPercent": ABSENT,
        f"{SERVICE}/DeploymentConfiguration/MaximumPercent": 200,
    },
    "container-settings": {
        f"{WEB}/MemoryReservation": 128,
        f"{WEB}/Memory": 256,
        f"{WEB}/Cpu": 0,
        f"{WEB}/EntryPoint": ["sh", "-c"],
        f"{WEB}/Command": ["serve --port 8080, please"],
        f"{WEB}/WorkingDirectory": "/app",
        f"{WEB}/User": "1000:1000",
        f"{WEB}/DisableNetworking": False,
        f"{WEB}/DnsServers": ["10.0.0.2"],
        f"{WEB}/DnsSearchDomains": ["shop.local"],
        f"{WEB}/ExtraHosts": [{"Hostname": "db", "IpAddress": "10.0.0.9"}],
        f"{WEB}/DockerLabels": {"team": "shop", "empty": ""},
        f"{WEB}/Ulimits": [{"Name": "nofile", "HardLimit": 4096, "SoftLimit": 1024}],
        f"{WEB}/PortMappings": [
            {"ContainerPort": 8080, "HostPort": 8080, "Protocol": "tcp"},
            {"ContainerPort": 53, "HostPort": 53, "Protocol": "udp"},
        ],
        f"{WEB}/ResourceRequirements": [],
        f"{SECOND}/EntryPoint": ["sh", "-c"],
        f"{SECOND}/Command": ["echo", "a, b"],
    },
    "ten-containers": {
        f"{TASK}/ContainerDefinitions/9/Name": "part-9",
        f"{TASK}/ContainerDefinitions/9/Essential": False,
        f"{TASK}/ContainerDefinitions/9/PortMappings/0/ContainerPort": 8009,
        f"{TASK}/ContainerDefinitions/10": ABSENT,
        f"{WEB}/Essential": True,
    },
    "tags": {
        # Octopus' own tags are the stack's and propagate; a template holds the user's alone, in their order.
        f"{TASK}/Tags": [{"Key": "team", "Value": "shop"}, {"Key": "costcentre", "Value": "a1"}],
        f"{SERVICE}/Tags": [{"Key": "team", "Value": "shop"}, {"Key": "costcentre", "Value": "a1"}],
    },
    "govcloud": {
        MANAGED_POLICY: "arn:aws-us-gov:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    },
    "china": {MANAGED_POLICY: "arn:aws-cn:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"},
    "retained-task-definitions": {
        "Resources/TaskDefinitionoctopetshopWeb/UpdateReplacePolicy": "Retain",
        "Resources/TaskDefinitionoctopetshopWeb/DeletionPolicy": "Delete",
        "Resources/ServiceoctopetshopWeb/UpdateReplacePolicy": ABSENT,
    },
}


def value_at(document: Any, path: str) -> Any:  # noqa: ANN401  any JSON
    """Return what a document holds at a path; `ABSENT` where it holds nothing."""
    for part in path.split("/"):
        try:
            document = document[int(part) if isinstance(document, list) else part]
        except (KeyError, IndexError):
            return ABSENT
    return document
