"""The IAM requests of each call to the sandbox: its action, on each resource that it needs.

Which resources those are is the Service Authorization Reference's; for `ecs:ListTasks` by service it is none,
as users of other tools report (fabfuel/ecs-deploy #119, cdklabs/construct-hub #1207).
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ecs_steps.sandbox import Call
from permissions.policies import Request

ACCOUNT = "123456789012"
REGION = "eu-west-1"
PREFIXES = {
    "elbv2": "elasticloadbalancing",
    "efs": "elasticfilesystem",
    "service-quotas": "servicequotas",
}


def action_of(call: Call) -> str:
    """Return IAM's name of a call (``ecs:UpdateService``)."""
    return f"{PREFIXES.get(call.service, call.service)}:{call.operation}"


def requests(call: Call) -> Iterator[Request]:
    """Yield the IAM requests of a call."""
    action = action_of(call)
    for resource in _resources(call) if call.service != "s3" else ():
        yield Request(action, resource, _context(call))
    if call.operation == "RegisterTaskDefinition":
        passed = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
        for role in filter(None, (call.params.get("taskRoleArn"), call.params.get("executionRoleArn"))):
            yield Request("iam:PassRole", role, passed)
        if call.params.get("tags"):
            yield Request("ecs:TagResource", _revisions(call), {"ecs:CreateAction": "RegisterTaskDefinition"})
    yield from _tagging(call)
    if template := call.params.get("TemplateURL"):
        # The sandbox does not show the parameters of S3's calls.
        for on_object in ("s3:PutObject", "s3:GetObject"):
            yield Request(on_object, f"arn:aws:s3:::{_object_of(template)}")
    if call.operation == "CreateRepository" and call.params.get("tags"):
        yield from (Request("ecr:TagResource", repository) for repository in _repositories(call))
    if call.operation in ("CreateStack", "UpdateStack") and call.params.get("Tags"):
        yield Request("cloudformation:TagResource", _arn("cloudformation", _stack(call)))


def _tagging(call: Call) -> Iterator[Request]:
    """Yield what tags that are given to a new task set or rule need."""
    if call.operation == "CreateTaskSet" and call.params.get("tags"):
        yield from (Request("ecs:TagResource", each, _context(call)) for each in _resources(call))
    if call.operation == "CreateTargetGroup" and call.params.get("Tags"):
        yield from (Request("elasticloadbalancing:AddTags", each) for each in _resources(call))
    if call.operation == "CreateRule" and call.params.get("Tags"):
        rules = call.params["ListenerArn"].replace(":listener/", ":listener-rule/")
        yield Request("elasticloadbalancing:AddTags", f"{rules}/*")


def _resources(call: Call) -> list[str]:  # noqa: C901, PLR0911, PLR0912  a table
    params = call.params
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    match call.operation:
        case "DescribeClusters":
            return [_arn("ecs", f"cluster/{_name(cluster)}") for cluster in params["clusters"]]
        case "ListContainerInstances":
            return [_arn("ecs", f"cluster/{_name(cluster)}")]
        case "DescribeContainerInstances":
            return list(params["containerInstances"])
        case "GetRole":
            return [f"arn:aws:iam::{ACCOUNT}:role/{params['RoleName']}"]
        case "SimulatePrincipalPolicy":
            return [params["PolicySourceArn"]]
        case "DescribeSecret":
            return [params["SecretId"]]
        case "GetServiceQuota":
            return [_arn("servicequotas", f"{params['ServiceCode']}/{params['QuotaCode']}")]
        case _ if call.service == "efs":
            # The sandbox does not show the parameters of EFS' calls.
            return [_arn("elasticfilesystem", "file-system/fs-0a1b2c3d")]
        case "DescribeServices":
            return [_arn("ecs", f"service/{cluster}/{_name(service)}") for service in params["services"]]
        case "UpdateService" | "ListServiceDeployments" | "UpdateServicePrimaryTaskSet":
            return [_arn("ecs", f"service/{cluster}/{_name(params['service'])}")]
        case "DescribeServiceRevisions":
            return [each for arn in params["serviceRevisionArns"] for each in _of_revision(arn)]
        case "DescribeServiceDeployments":
            return [each for arn in params["serviceDeploymentArns"] for each in _of_deployment(arn)]
        case "DescribeServiceRevisions":
            return [each for arn in params["serviceRevisionArns"] for each in _of_revision(arn)]
        case "CreateTaskSet" | "UpdateTaskSet" | "DeleteTaskSet":
            task_set = params.get("taskSet", "*")
            return [_arn("ecs", f"task-set/{cluster}/{_name(params['service'])}/{task_set}")]
        case "CreateTargetGroup":
            return [_arn("elasticloadbalancing", f"targetgroup/{params['Name']}/*")]
        case "CreateRule" | "ModifyListener":
            return [params["ListenerArn"]]
        case "ModifyRule" | "DeleteRule":
            return [params["RuleArn"]]
        case "DescribeAlarms":
            return [_arn("cloudwatch", f"alarm:{name}") for name in params["AlarmNames"]]
        case "StopServiceDeployment" | "ContinueServiceDeployment":
            return _of_deployment(params["serviceDeploymentArn"])
        case "DescribeTasks":
            return [_arn("ecs", f"task/{cluster}/{_name(task)}") for task in params["tasks"]]
        case "TagResource":
            return [params["resourceArn"]]
        case "RegisterTaskDefinition":
            return [_revisions(call)]
        case "GetLogEvents":
            return [_arn("logs", f"log-group:{params['logGroupName']}:log-stream:{params['logStreamName']}")]
        case _ if call.service == "cloudformation":
            return [_arn("cloudformation", _stack(call))]
        case _:
            return _repositories(call) or ["*"]


def _repositories(call: Call) -> list[str]:
    """Return the repositories of ECR that a call names."""
    name = call.params.get("repositoryName")
    names = [name] if name else call.params.get("repositoryNames", ())
    return [_arn("ecr", f"repository/{each}") for each in names]


def _context(call: Call) -> dict[str, str]:
    cluster = call.params.get("cluster")
    return {"ecs:cluster": _arn("ecs", f"cluster/{_name(cluster)}")} if cluster else {}


def _of_deployment(arn: str) -> list[str]:
    """Return a service deployment and its service: both must be allowed."""
    of_service = arn.replace(":service-deployment/", ":service/").rpartition("/")[0]
    return [arn, of_service]


def _of_revision(arn: str) -> list[str]:
    """Return a service revision and its service: both must be allowed."""
    return [arn, arn.replace(":service-revision/", ":service/").rpartition("/")[0]]


def _revisions(call: Call) -> str:
    return _arn("ecs", f"task-definition/{call.params['family']}:*")


def _object_of(url: str) -> str:
    """Return the bucket and the key of a URL (``https://s3.REGION.amazonaws.com/BUCKET/KEY``)."""
    return urlsplit(url).path.removeprefix("/")


def _stack(call: Call) -> str:
    name: str = call.params["StackName"]
    return name if name.startswith("arn:") else f"stack/{name}/*"


def _name(name_or_arn: str) -> str:
    return name_or_arn.rpartition("/")[2]


def _arn(service: str, resource: str) -> str:
    return resource if resource.startswith("arn:") else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
