"""The reasons of tasks that could not be placed or started, in ECS' and Docker's own texts."""

# Believed: every text here (ECS guide, stopped-task-errors and service-event-messages; public issues).
_PULL = "CannotPullContainerError: pull image manifest has been retried"
_INITIALIZATION = "ResourceInitializationError:"
_NO_INSTANCE = " because no container instance met all of its requirements. The closest matching"
_INSTANCE = "(container-instance 0f9de17a6465404e8b1b2356dc13c2f8)"

IMAGE_NOT_FOUND = (
    f"{_PULL} 1 time(s): failed to resolve ref index.docker.io/acme/web:9.9.9: "
    "index.docker.io/acme/web:9.9.9: not found"
)
IMAGE_DENIED = (
    f"{_PULL} 1 time(s): failed to resolve ref index.docker.io/acme/web:1.5.0: pulling from "
    "host index.docker.io failed with status code [manifests 1.5.0]: 403 Forbidden: pull access "
    "denied"
)
IMAGE_RATE_LIMITED = (
    f"{_PULL} 5 time(s): httpReadSeeker: failed open: unexpected status code 429 Too Many "
    "Requests - Server message: toomanyrequests: You have reached your pull rate limit."
)
IMAGE_WRONG_ARCHITECTURE = (
    "CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries"
)
IMAGE_UNREACHABLE = (
    f"{_PULL} 5 time(s): failed to resolve ref index.docker.io/acme/web:1.5.0: failed to do "
    'request: Head "https://index.docker.io/v2/acme/web/manifests/1.5.0": dial tcp '
    "52.1.121.53:443: i/o timeout"
)
SECRET_DENIED = (
    f"{_INITIALIZATION} unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
    "time(s): failed to fetch secret: AccessDeniedException: User is not authorized to perform: "
    "secretsmanager:GetSecretValue because no identity-based policy allows the "
    "secretsmanager:GetSecretValue action. status code: 400"
)
SECRET_UNREACHABLE = (
    f"{_INITIALIZATION} unable to pull secrets or registry auth: The task cannot pull "
    "secrets: RequestError: send request failed caused by: Post "
    '"https://secretsmanager.eu-west-1.amazonaws.com/": dial tcp 10.0.0.9:443: i/o timeout'
)
EFS_UNMOUNTABLE = (
    f"{_INITIALIZATION} failed to invoke EFS utils commands to set up EFS volumes: stderr: "
    'Failed to resolve "fs-0a1b2c3d.efs.eu-west-1.amazonaws.com" : unsuccessful EFS utils command '
    "execution; code: 1"
)
LOG_STREAM_DENIED = (
    f"{_INITIALIZATION} failed to validate logger args: create stream has been retried 1 "
    "times: failed to create Cloudwatch log stream: AccessDeniedException: User is not authorized "
    "to perform: logs:CreateLogStream because no identity-based policy allows the "
    "logs:CreateLogStream action. : exit status 1"
)
COMMAND_NOT_FOUND = (
    "CannotStartContainerError: Error response from daemon: failed to create task for "
    'container: failed to create shim task: OCI runtime create failed: exec: "serve": executable '
    "file not found in $PATH: unknown"
)
ROLE_NOT_ASSUMABLE = (
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/orders-task' that was "
    "provided for this task. Please verify that the role being passed has the proper trust "
    "relationship and permissions and that your IAM user has permissions to pass this role."
)
NETWORK_INTERFACE_TIMEOUT = "Timeout waiting for network interface provisioning to complete."
NO_MEMORY = f"{_NO_INSTANCE} {_INSTANCE} has insufficient memory available."
NO_CPU = f"{_NO_INSTANCE} {_INSTANCE} has insufficient CPU units available."
NO_NETWORK_INTERFACE = f'{_NO_INSTANCE} {_INSTANCE} encountered error "RESOURCE:ENI".'
NO_GPU = f'{_NO_INSTANCE} {_INSTANCE} encountered error "RESOURCE:GPU".'
NO_CAPACITY = (
    ". Reason: Capacity is unavailable at this time. Please try again later or in a "
    "different availability zone."
)
