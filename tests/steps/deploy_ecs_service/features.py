"""A dictionary for each feature of the template; each has a golden of the same name."""

from steps.deploy_ecs_service.dictionaries import ECS, REGISTRY, Container, container, dictionary, minimal

ACCOUNT = "123456789012"
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/web-execution"
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
DATABASE = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:shop/database-AbCdEf"
SPLUNK = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:splunk-MnOpQr"
PARAMETER = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/token"


def plain(key: str, value: str) -> dict[str, str]:
    return {"type": "Plain", "key": key, "value": value}


def secret(key: str, value: str) -> dict[str, str]:
    return {"type": "Secret", "key": key, "value": value}


def target_group(name: str) -> str:
    return f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:targetgroup/{name}/0f1e2d3c4b5a6978"


def in_region(region: str) -> dict[str, str]:
    return dictionary(others={"Octopus.Action.Aws.Region": region})


def manual(name: str, driver: str, *options: dict[str, str]) -> Container:
    return container(
        name, containerLogging={"type": "Manual", "logDriver": driver, "logOptions": list(options)}
    )


FEATURES: dict[str, dict[str, str]] = {
    "minimal": minimal(),
    "roles-given": dictionary(TaskRole=TASK_ROLE, TaskExecutionRole=EXECUTION_ROLE),
    "execution-role-rights": dictionary(
        container(
            "web",
            repositoryAuthentication={"type": "SecretsManager", "secretName": REGISTRY},
            environmentVariables=[
                secret("PASSWORD", f"{DATABASE}:password::"),
                secret("USER", f"{DATABASE}:user:AWSCURRENT:"),
                secret("TOKEN", "/shop/token"),
                secret("REPLACED", "/shop/not-used"),
                secret("REPLACED", PARAMETER),
            ],
            environmentFiles=["arn:aws:s3:::settings/web.env", "arn:aws:s3:::settings/shop/common.env"],
        ),
        container(
            "metrics",
            repositoryAuthentication={"type": "SecretsManager", "secretName": REGISTRY},
            environmentVariables=[secret("TOKEN", "/shop/token"), secret("KEY", "plain.name")],
            containerLogging={
                "type": "Manual",
                "logDriver": "Splunk",
                "logOptions": [secret("splunk-token", f"{SPLUNK}:token::")],
            },
        ),
        container(
            "quiet",
            containerLogging={
                "type": "Manual",
                "logDriver": "None",
                "logOptions": [secret("not-used", "/shop/not-used-either")],
            },
        ),
    ),
    "execution-role-given-secrets": dictionary(
        container(
            repositoryAuthentication={"type": "SecretsManager", "secretName": REGISTRY},
            environmentVariables=[
                plain("GREETING", "hello"),
                secret("PASSWORD", f"{DATABASE}:password::"),
                plain("EMPTY", ""),
                plain("GREETING", "hi"),
                secret("PASSWORD", DATABASE),
            ],
        ),
        TaskExecutionRole=EXECUTION_ROLE,
    ),
    "logging-manual": dictionary(
        manual(
            "web", "Splunk", plain("splunk-url", "https://splunk.acme.test"), secret("splunk-token", DATABASE)
        ),
        manual(
            "api",
            "awslogs",
            plain("awslogs-group", "/shop/api"),
            plain("awslogs-region", "eu-west-1"),
            plain("awslogs-stream-prefix", "api"),
        ),
        manual("none", "None", plain("not-used", "x")),
        manual("default", "Default"),
        container("unsaid", containerLogging={"type": "Manual"}),
        TaskExecutionRole=EXECUTION_ROLE,
    ),
    "logging-auto-and-manual": dictionary(
        container("web"), manual("api", "None"), TaskExecutionRole=EXECUTION_ROLE
    ),
    "volumes": dictionary(
        container(
            "web",
            containerStorage={
                "readOnlyRootFileSystem": "True",
                "mountPoints": [
                    {"sourceVolume": "pictures", "containerPath": "/var/pictures", "readonly": "True"},
                    {"sourceVolume": "scratch", "containerPath": "/var/scratch"},
                ],
            },
        ),
        container(
            "backup",
            essential=False,
            containerStorage={"volumeFrom": [{"sourceContainer": "web", "readonly": "true"}]},
        ),
        Volumes=[
            {
                "type": "Efs",
                "name": "pictures",
                "fileSystemId": "fs-0d4e5f60718293a4b",
                "accessPointId": "fsap-0e5f60718293a4b5c",
                "rootDirectory": "/",
                "encryptionInTransit": "true",
                "efsIamAuthorization": "TRUE",
            },
            {"type": "Bind", "name": "scratch"},
            {
                "type": "EFS",
                "name": "shared",
                "fileSystemId": "fs-0d4e5f60718293a4b",
                "rootDirectory": "/shop",
                "encryptionInTransit": "False",
            },
        ],
    ),
    "load-balancer": dictionary(
        container("web", containerPortMappings=[{"containerPort": "8080"}, {"containerPort": "9090"}]),
        LoadBalancerMappings=[
            {"containerName": "web", "containerPort": "8080", "targetGroupArn": target_group("web")},
            {"containerName": "web", "containerPort": 9090, "targetGroupArn": target_group("admin")},
        ],
    ),
    "task-sets": dictionary(
        container("web", containerPortMappings=[{"containerPort": "8080"}]),
        DeploymentType="TaskSets",
        DesiredCount="2",
        MaximumHealthPercent="150",
        LoadBalancerMappings=[
            {"containerName": "web", "containerPort": "8080", "targetGroupArn": target_group("web")}
        ],
    ),
    "firelens": dictionary(
        manual("web", "AwsFirelens", plain("Name", "datadog"), secret("apikey", DATABASE)),
        container(
            "router",
            firelensConfiguration={
                "type": "Enabled",
                "firelensType": "Fluentbit",
                "enableEcsLogMetadata": "True",
                "customConfigSource": {"type": "File", "filePath": "/fluent-bit/etc/shop.conf"},
            },
        ),
        TaskExecutionRole=EXECUTION_ROLE,
    ),
    "firelens-plain": dictionary(
        manual("web", "AwsFirelens"),
        container(
            "router",
            firelensConfiguration={
                "type": "Enabled",
                "firelensType": "Fluentd",
                "customConfigSource": {"type": "None", "filePath": "/not/used"},
            },
        ),
        TaskExecutionRole=EXECUTION_ROLE,
    ),
    "dependencies": dictionary(
        container(
            "web",
            dependencies=[
                {"containerName": "setup", "condition": "Success"},
                {"containerName": "cache", "condition": "healthy"},
                {"containerName": "agent"},
            ],
            startTimeout="60",
            stopTimeout="0",
        ),
        container("setup", essential="False"),
        container(
            "cache",
            healthCheck={
                "command": ["CMD-SHELL", "redis-cli ping || exit 1"],
                "interval": "10",
                "retries": 3,
                "startPeriod": "0",
                "timeout": "5",
            },
        ),
        container("agent", healthCheck={"command": ["CMD", "true"]}),
        container(
            "late", essential=False, dependencies=[{"containerName": "setup", "condition": "COMPLETE"}]
        ),
    ),
    "arm64": dictionary(RuntimeArchitecturePlatform="arm64"),
    "counts": dictionary(
        DesiredCount="4",
        MinimumHealthPercent="50",
        MaximumHealthPercent="150",
        AutoAssignPublicIp="true",
        EnableEcsManagedTags="True",
        SecurityGroupIds="sg-0c3d4e5f607182930\nsg-0d4e5f60718293041",
        SubnetIds="subnet-0a1b2c3d4e5f60718, subnet-0b2c3d4e5f6071829",
        Cpu="1 vCPU",
        Memory="2 GB",
    ),
    "log-group": dictionary(LogGroupName="/shop/test/web", LogRetentionDays="30"),
    "zero-count": dictionary(DesiredCount="0", MinimumHealthPercent="0"),
    "container-settings": dictionary(
        container(
            "web",
            memoryLimitSoft="128",
            memoryLimitHard="256",
            cpus="0",
            essential="true",
            containerPortMappings=[
                {"containerPort": "8080", "protocol": "Tcp"},
                {"containerPort": 53, "protocol": "UDP"},
            ],
            entryPoint="sh, -c",
            command="serve --port 8080, please",
            workingDirectory="/app",
            user="1000:1000",
            networkSettings={
                "disableNetworking": "False",
                "dnsServers": ["10.0.0.2"],
                "dnsSearchDomains": ["shop.local"],
                "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.9"}],
            },
            dockerLabels=[{"key": "team", "value": "shop"}, {"key": "empty", "value": ""}],
            ulimits=[{"limitName": "nofile", "hardLimit": "4096", "softLimit": "1024"}],
            environmentFiles=["arn:aws:s3:::settings/web.env"],
        ),
        container("sidecar", entryPoint='["sh", "-c"]', command='["echo", "a, b"]', gpus="0"),
        TaskExecutionRole=EXECUTION_ROLE,
    ),
    "ten-containers": dictionary(
        *(
            container(
                f"part-{number}",
                essential=number == 0,
                containerPortMappings=[{"containerPort": 8000 + number}],
            )
            for number in range(10)
        )
    ),
    "tags": dictionary(
        others={
            "Octopus.Project.Name": "Shop",
            f"{ECS}.Tags": [
                {"key": "team", "value": "shop"},
                {"key": "cost!centre", "value": "a(1)"},
                {"key": "dropped", "value": ""},
            ],
        }
    ),
    "govcloud": in_region("us-gov-west-1"),
    "china": in_region("cn-north-1"),
    "retained-task-definitions": dictionary(RetainTaskDefinitions="True"),
}
