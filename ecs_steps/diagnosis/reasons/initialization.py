"""What a task is given before its containers start: secrets, environment files, volumes, logs."""

from ecs_steps.diagnosis.reasons.images import UNREACHABLE
from ecs_steps.diagnosis.reasons.reason import Family, Rank

_REGISTRY = r"ecr registry auth|registry auth from|GetAuthorizationToken"
_PULL_SECRETS = r"unable to pull secrets|unable to retrieve secret|failed to fetch secret"
_LOGS = r"log group|log stream|logger args|logging driver"
_EFS = r"EFS (utils|volume)|ecs-volume-plugin|mount\.nfs4"
_DENIED = r"AccessDenied|not authorized|access to KMS is not allowed"

INITIALIZATION = (
    Family(
        name="registry-auth-denied",
        rank=Rank.START,
        says=(_REGISTRY, _DENIED),
        meaning="the execution role may not log in to Amazon ECR",
        hint="Attach AmazonECSTaskExecutionRolePolicy to the execution role (ecr:GetAuthorizationToken on *)."
        "",
    ),
    Family(
        name="registry-auth-unreachable",
        rank=Rank.START,
        says=(_REGISTRY, UNREACHABLE),
        meaning="the task has no way through the network to Amazon ECR",
        hint="Give its subnets a NAT gateway, or the task a public IP (assignPublicIp ENABLED in a public "
        "subnet), or VPC endpoints for ecr.api, ecr.dkr and S3, and let its security group send to port 443.",
    ),
    Family(
        name="secret-denied",
        rank=Rank.START,
        says=(_PULL_SECRETS, _DENIED),
        meaning="the execution role may not read a secret that the task definition names",
        hint="Allow the execution role secretsmanager:GetSecretValue or ssm:GetParameters on that ARN, and "
        "kms:Decrypt on its key if the key is your own.",
    ),
    Family(
        name="secret-key-missing",
        rank=Rank.START,
        says=(r"did not contain json key|invalid character .{1,5} looking for",),
        meaning="the secret exists, but its JSON has no such key",
        hint="Add the key to the secret, or correct the key in the task definition's valueFrom "
        "(arn:...:secret:name:KEY::).",
    ),
    Family(
        name="secret-not-found",
        rank=Rank.START,
        says=(
            _PULL_SECRETS,
            r"ResourceNotFound|can.?t find the specified secret|invalid ssm parameters|ParameterNotFound",
        ),
        meaning="a secret or parameter that the task definition names does not exist",
        hint="Check the valueFrom of the container definition's secrets: the name, the six random characters "
        "at the end of a secret's ARN, the region and the account.",
    ),
    Family(
        name="secret-unreachable",
        rank=Rank.START,
        says=(_PULL_SECRETS, UNREACHABLE),
        meaning="the task has no way through the network to Secrets Manager or Systems Manager",
        hint="Give its subnets a NAT gateway, or the task a public IP, or VPC endpoints for secretsmanager, "
        "ssm and kms, and let its security group send to port 443.",
    ),
    Family(
        name="secret-not-read",
        rank=Rank.START,
        says=(_PULL_SECRETS,),
        meaning="a secret, or the registry's login, could not be read before the start",
        hint="Read the secret with the execution role (aws secretsmanager get-secret-value, "
        "aws ssm get-parameters) to see what AWS says.",
    ),
    Family(
        name="environment-file",
        rank=Rank.START,
        says=(r"download env(ironment)? files?",),
        meaning="an environment file could not be read from Amazon S3",
        hint="Check the ARN in environmentFiles, allow the execution role s3:GetObject and "
        "s3:GetBucketLocation, and give the task a route to S3.",
    ),
    Family(
        name="efs-denied",
        rank=Rank.START,
        says=(_EFS, "access denied"),
        meaning="the EFS file system does not let the task in",
        hint="Allow elasticfilesystem:ClientMount (and ClientWrite) to the task role, switch iam and "
        "transitEncryption of the volume on, and check the file system's policy.",
    ),
    Family(
        name="efs-path-missing",
        rank=Rank.START,
        says=(_EFS, "no such file or directory"),
        meaning="the volume's root directory does not exist on the EFS file system",
        hint="Create the directory on the file system, or mount an access point that creates it.",
    ),
    Family(
        name="efs-not-resolved",
        rank=Rank.START,
        says=(_EFS, "failed to resolve"),
        meaning="the EFS file system has no mount target that the task can find",
        hint="Check the fileSystemId, make a mount target in the task's availability zone, and switch DNS "
        "resolution and DNS host names of the VPC on.",
    ),
    Family(
        name="efs-unreachable",
        rank=Rank.START,
        says=(_EFS, UNREACHABLE),
        meaning="the task has no way through the network to the EFS file system",
        hint="Let the mount target's security group receive on port 2049 from the task's security group.",
    ),
    Family(
        name="efs-not-mounted",
        rank=Rank.START,
        says=(_EFS,),
        meaning="the EFS volume could not be mounted",
        hint="Check the volume's fileSystemId, rootDirectory and access point, and that port 2049 of its "
        "mount target is open to the task's security group.",
    ),
    Family(
        name="log-group-denied",
        rank=Rank.START,
        says=("CreateLogGroup", _DENIED),
        meaning="the execution role may not create the log group",
        hint="Create the log group beforehand, or allow the execution role logs:CreateLogGroup, which "
        "AmazonECSTaskExecutionRolePolicy lacks.",
    ),
    Family(
        name="log-stream-denied",
        rank=Rank.START,
        says=(_LOGS, _DENIED),
        meaning="the execution role may not write to the container's log",
        hint="Attach AmazonECSTaskExecutionRolePolicy to the execution role (logs:CreateLogStream, "
        "logs:PutLogEvents), or allow both on the log group's ARN.",
    ),
    Family(
        name="log-group-missing",
        rank=Rank.START,
        says=(_LOGS, r"does not exist|ResourceNotFound"),
        meaning="the container's log group does not exist",
        hint="Create it (aws logs create-log-group --log-group-name NAME) or correct awslogs-group and "
        "awslogs-region of the container's logConfiguration.",
    ),
    Family(
        name="log-unreachable",
        rank=Rank.START,
        says=(_LOGS, UNREACHABLE),
        meaning="the task has no way through the network to CloudWatch Logs",
        hint="Give its subnets a NAT gateway, or the task a public IP, or a VPC endpoint for logs, and let "
        "its security group send to port 443.",
    ),
    Family(
        name="log-driver",
        rank=Rank.START,
        says=(_LOGS,),
        meaning="the container's log driver could not be set up",
        hint="Check driver, options and secretOptions of the container's logConfiguration.",
    ),
)
