"""What a task is given before its containers start: secrets, environment files, volumes, logs."""

from ecs_steps.diagnosis.reasons.images import UNREACHABLE
from ecs_steps.diagnosis.reasons.reason import start_reason

_REGISTRY = r"ecr registry auth|registry auth(?:entication)? from"
_PULL_SECRETS = (
    r"pull (?:the )?secrets?\b|retrieve the secret|fetching secret data from|asm fetching secret|"
    r"secretsmanager:GetSecretValue"
)
"""Fargate's words, and those of the container agent on EC2, which differ from version to version."""

_LOGS = r"logger args|logging driver"
_EFS = r"EFS utils|mount\.nfs4|amazon-ecs-volume-plugin"
_EBS = r"EBS volume"
_DENIED = r"AccessDenied"

INITIALIZATION = (
    start_reason(
        name="registry-auth-denied",
        patterns=(_REGISTRY, _DENIED),
        summary="the execution role may not log in to Amazon ECR",
        remedy="Attach AmazonECSTaskExecutionRolePolicy to the execution role (ecr:GetAuthorizationToken on "
        "*).",
    ),
    start_reason(
        name="registry-auth-unreachable",
        patterns=(_REGISTRY, UNREACHABLE),
        summary="the task has no way through the network to Amazon ECR",
        remedy="Give its subnets a NAT gateway, or the task a public IP (assignPublicIp ENABLED in a public "
        "subnet), or VPC endpoints for ecr.api, ecr.dkr and S3, and let its security group send to port 443.",
    ),
    start_reason(
        name="secret-denied",
        patterns=(_PULL_SECRETS, _DENIED),
        summary="the execution role may not read a secret that the task definition names",
        remedy="Allow the execution role secretsmanager:GetSecretValue or ssm:GetParameters on that ARN, "
        "and kms:Decrypt on its key if the key is your own.",
    ),
    start_reason(
        name="secret-arn-malformed",
        patterns=(r"invalid ARN format for the AWS Secrets Manager secret",),
        summary="the ARN of a secret has parts that no secret has",
        remedy="Correct the container definition's valueFrom: the ARN of the secret alone, or with all of "
        "key, version stage and version id behind it, which may be empty (arn:...:secret:name:KEY::).",
    ),
    start_reason(
        name="registry-secret-malformed",
        patterns=(r"asm fetching (?:authorization data|username|password)",),
        summary="the secret with the login of a private registry is not in the form that ECS reads",
        remedy="Let the secret of repositoryCredentials hold JSON with both members, username and password.",
    ),
    start_reason(
        name="execution-role-missing",
        patterns=(r"unable to find execution role credentials",),
        summary="the container agent has no credentials of the execution role",
        remedy="Give the task definition an executionRoleArn; under EC2 let the agent take on roles of tasks "
        "(ECS_ENABLE_TASK_IAM_ROLE) and restart it.",
    ),
    start_reason(
        name="secret-key-missing",
        patterns=(r"did not contain json key|invalid character .{1,5} looking for",),
        summary="the secret exists, but its JSON has no such key",
        remedy="Add the key to the secret, or correct the key in the task definition's valueFrom "
        "(arn:...:secret:name:KEY::).",
    ),
    start_reason(
        name="secret-not-found",
        patterns=(
            _PULL_SECRETS,
            r"ResourceNotFound|retrieve the secret with ARN|invalid ssm parameters|invalid parameters",
        ),
        summary="a secret or parameter that the task definition names does not exist",
        remedy="Check the valueFrom of the container definition's secrets: the name, the six random "
        "characters at the end of a secret's ARN, the region and the account.",
    ),
    start_reason(
        name="secret-unreachable",
        patterns=(_PULL_SECRETS, UNREACHABLE),
        summary="the task has no way through the network to Secrets Manager or Systems Manager",
        remedy="Give its subnets a NAT gateway, or the task a public IP, or VPC endpoints for "
        "secretsmanager, ssm and kms, and let its security group send to port 443.",
    ),
    start_reason(
        name="secret-not-read",
        patterns=(_PULL_SECRETS,),
        summary="a secret, or the registry's login, could not be read before the start",
        remedy="Read the secret with the execution role (aws secretsmanager get-secret-value, aws ssm "
        "get-parameters) to see what AWS says.",
    ),
    start_reason(
        name="environment-file",
        patterns=(r"download env files?|environment variable files|env file resource",),
        summary="an environment file could not be read from Amazon S3",
        remedy="Check the ARN in environmentFiles, allow the execution role s3:GetObject and "
        "s3:GetBucketLocation, and give the task a route to S3.",
    ),
    start_reason(
        name="efs-denied",
        patterns=(_EFS, "access denied"),
        summary="the EFS file system does not let the task in",
        remedy="Allow elasticfilesystem:ClientMount (and ClientWrite) to the task role, switch iam and "
        "transitEncryption of the volume on, and check the file system's policy.",
    ),
    start_reason(
        name="efs-path-missing",
        patterns=(_EFS, "no such file or directory"),
        summary="the volume's root directory does not exist on the EFS file system",
        remedy="Create the directory on the file system, or mount an access point that creates it.",
    ),
    start_reason(
        name="efs-not-resolved",
        patterns=(_EFS, "failed to resolve"),
        summary="the EFS file system has no mount target that the task can find",
        remedy="Check the fileSystemId, make a mount target in the task's availability zone, and switch DNS "
        "resolution and DNS host names of the VPC on.",
    ),
    start_reason(
        name="efs-unreachable",
        patterns=(_EFS, UNREACHABLE),
        summary="the task has no way through the network to the EFS file system",
        remedy="Let the mount target's security group receive on port 2049 from the task's security group.",
    ),
    start_reason(
        name="efs-not-mounted",
        patterns=(_EFS,),
        summary="the EFS volume could not be mounted",
        remedy="Check the volume's fileSystemId, rootDirectory and access point, and that port 2049 of its "
        "mount target is open to the task's security group.",
    ),
    start_reason(
        name="fsx-not-mounted",
        patterns=(r"fsxwindowsfileserver",),
        summary="the volume on Amazon FSx for Windows File Server could not be mounted",
        remedy="Check fileSystemId and rootDirectory of the volume, username and password in its "
        "credentialsParameter with their domain, and that the instance may send to port 445.",
    ),
    start_reason(
        name="ebs-role",
        patterns=(r"unable to assume the configured ECS Infrastructure Role",),
        summary="ECS may not use the infrastructure role that makes the task's EBS volume",
        remedy="Let the infrastructure role trust ecs.amazonaws.com, attach "
        "AmazonECSInfrastructureRolePolicyForVolumes to it, and let whoever deploys pass it (iam:PassRole).",
    ),
    start_reason(
        name="ebs-key",
        patterns=(_EBS, "IdempotentParameterMismatch"),
        summary="the task's EBS volume could not be encrypted with its KMS key",
        remedy="Check kmsKeyId of the volume configuration, and let the key's policy allow the "
        "infrastructure role to use it.",
    ),
    start_reason(
        name="ebs-file-system",
        patterns=(_EBS, "timed out while configuring"),
        summary="the task's EBS volume has a file system that {os} cannot use",
        remedy="Set filesystemType of the volume configuration to the one of the task's operating system, "
        "or to that of the snapshot.",
    ),
    start_reason(
        name="ebs-not-attached",
        patterns=(_EBS,),
        summary="the task's EBS volume could not be made or attached",
        remedy="Check size, type, snapshot and key of the volume configuration, the permissions of the "
        "infrastructure role (AmazonECSInfrastructureRolePolicyForVolumes), and the quota of volumes in the "
        "task's availability zone.",
    ),
    start_reason(
        name="firelens-configuration",
        patterns=(r"firelens (?:s3 )?config",),
        summary="the log router's configuration could not be read or made",
        remedy="Check the options of firelensConfiguration (config-file-type s3 or file, config-file-value), "
        "and allow the execution role s3:GetObject and s3:GetBucketLocation on a file in S3.",
    ),
    start_reason(
        name="fluent-unreachable",
        patterns=(_LOGS, r":24224|fluent\.sock"),
        summary="the container's log driver finds no Fluentd or Fluent Bit to send to",
        remedy="Start the log router first (dependsOn with START or HEALTHY), and check fluentd-address, or "
        "set fluentd-async to true.",
    ),
    start_reason(
        name="splunk-refused",
        patterns=(_LOGS, "splunk"),
        summary="the splunk log driver was refused, or its options are incomplete",
        remedy="Check splunk-token (in secretOptions), splunk-url and the collector's certificate.",
    ),
    start_reason(
        name="log-group-denied",
        patterns=("CreateLogGroup", _DENIED),
        summary="the execution role may not create the log group",
        remedy="Create the log group beforehand, or allow the execution role logs:CreateLogGroup, which "
        "AmazonECSTaskExecutionRolePolicy lacks.",
    ),
    start_reason(
        name="log-stream-denied",
        patterns=(_LOGS, _DENIED),
        summary="the execution role may not write to the container's log",
        remedy="Attach AmazonECSTaskExecutionRolePolicy to the execution role (logs:CreateLogStream, "
        "logs:PutLogEvents), or allow both on the log group's ARN.",
    ),
    start_reason(
        name="log-group-missing",
        patterns=(_LOGS, r"ResourceNotFound"),
        summary="the container's log group does not exist",
        remedy="Create it (aws logs create-log-group --log-group-name NAME) or correct awslogs-group and "
        "awslogs-region of the container's logConfiguration.",
    ),
    start_reason(
        name="log-unreachable",
        patterns=(_LOGS, r"CloudWatch", UNREACHABLE),
        summary="the task has no way through the network to CloudWatch Logs",
        remedy="Give its subnets a NAT gateway, or the task a public IP, or a VPC endpoint for logs, and "
        "let its security group send to port 443.",
    ),
    start_reason(
        name="log-destination-unreachable",
        patterns=(_LOGS, UNREACHABLE),
        summary="the container's log driver cannot reach the address that it sends to",
        remedy="Check the address in the options of the container's logConfiguration (syslog-address, "
        "gelf-address, splunk-url), that something listens there before the container starts, and the way "
        "through the network.",
    ),
    start_reason(
        name="log-driver",
        patterns=(_LOGS,),
        summary="the container's log driver could not be set up",
        remedy="Check driver, options and secretOptions of the container's logConfiguration.",
    ),
)
