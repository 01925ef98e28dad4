"""From what runs in ECS to the variables of a deployment: nothing is left out unsaid.

task definition, service -> variables -> the step's own inputs -> definitions again -> what differs
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.task_definition.cloudformation import container_definition, efs_volume
from ecs_steps.task_definition.diff import difference

Members = Mapping[str, Any]

# What the step itself says of each task definition.
_FIXED = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
_PLACED = ("family", "cpu", "memory", "taskRoleArn", "executionRoleArn", "runtimePlatform", "tags")
_DRIVERS = {"awslogs": "AwsLogs", "awsfirelens": "AwsFirelens", "splunk": "Splunk"}
_SPELLINGS = {
    "IAM": "iam",
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FilesystemId": "fileSystemId",
}
_MAPS = {"DockerLabels", "Options"}


@frozen(kw_only=True)
class Imported:
    """The variables, and what of the original has no place in them."""

    variables: Mapping[str, object]
    without_place: tuple[str, ...]


def import_deployment(request: Members, service: Members | None = None, *, stack: str = "") -> Imported:
    """Return the variables of a deployment that makes the same task definition and the same service.

    `request` is as RegisterTaskDefinition takes it, `service` as DescribeServices returns it.
    """
    variables = {
        f"{DEPLOY}.CFStackName": stack or request["family"].replace("_", "-"),
        **_task(request),
        **(_service(service) if service else {}),
    }
    given = {name: value for name, value in variables.items() if value not in ("", [], None)}
    return Imported(
        variables=given, without_place=(*_lost(request, given), *(_lost_of_service(service or {})))
    )


def _task(request: Members) -> dict[str, object]:
    platform = request.get("runtimePlatform", {})
    return {
        f"{DEPLOY}.ServiceTaskName": request["family"],
        f"{DEPLOY}.Cpu": request.get("cpu", ""),
        f"{DEPLOY}.Memory": request.get("memory", ""),
        f"{DEPLOY}.RuntimeArchitecturePlatform": platform.get("cpuArchitecture", ""),
        f"{DEPLOY}.TaskRole": request.get("taskRoleArn", ""),
        f"{DEPLOY}.TaskExecutionRole": request.get("executionRoleArn", ""),
        f"{DEPLOY}.Volumes": [_volume(each) for each in request.get("volumes", ())],
        f"{DEPLOY}.Containers": [_container(each) for each in request.get("containerDefinitions", ())],
    }


def _service(service: Members) -> dict[str, object]:
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    percents = service.get("deploymentConfiguration", {})
    return {
        "Octopus.Action.Aws.Ecs.ClusterName": service["clusterArn"].rpartition("/")[2],
        f"{DEPLOY}.DesiredCount": service.get("desiredCount", 1),
        f"{DEPLOY}.MinimumHealthPercent": percents.get("minimumHealthyPercent", 100),
        f"{DEPLOY}.MaximumHealthPercent": percents.get("maximumPercent", 200),
        f"{DEPLOY}.SubnetIds": network.get("subnets", []),
        f"{DEPLOY}.SecurityGroupIds": network.get("securityGroups", []),
        f"{DEPLOY}.AutoAssignPublicIp": str(network.get("assignPublicIp") == "ENABLED"),
        f"{DEPLOY}.EnableEcsManagedTags": str(service.get("enableECSManagedTags", False)),
        f"{DEPLOY}.LoadBalancerMappings": [
            {name: each[name] for name in ("containerName", "containerPort", "targetGroupArn")}
            for each in service.get("loadBalancers", ())
            if "targetGroupArn" in each
        ],
    }


def _volume(volume: Members) -> dict[str, object]:
    efs: Members = volume.get("efsVolumeConfiguration", {})
    authorization: Members = efs.get("authorizationConfig", {})
    return _given(
        type="Efs" if efs else "Bind",
        name=volume["name"],
        fileSystemId=efs.get("fileSystemId"),
        accessPointId=authorization.get("accessPointId"),
        rootDirectory=efs.get("rootDirectory"),
        encryptionInTransit=efs.get("transitEncryption") == "ENABLED",
        efsIamAuthorization=authorization.get("iam") == "ENABLED",
    )


def _container(definition: Members) -> dict[str, object]:
    credentials: Members = definition.get("repositoryCredentials", {})
    gpus = [each["value"] for each in definition.get("resourceRequirements", ()) if each["type"] == "GPU"]
    check: Members = definition.get("healthCheck", {})
    return _given(
        containerName=definition["name"],
        containerImageReference={"imageName": definition.get("image", "")},
        repositoryAuthentication=credentials
        and {"type": "SecretsManager", "secretName": credentials.get("credentialsParameter", "")},
        memoryLimitSoft=definition.get("memoryReservation"),
        memoryLimitHard=definition.get("memory"),
        cpus=definition.get("cpu"),
        gpus=gpus[0] if gpus else None,
        essential=str(definition.get("essential", True)),
        containerPortMappings=[
            _given(
                containerPort=each.get("containerPort"),
                protocol="Udp" if each.get("protocol") == "udp" else "",
            )
            for each in definition.get("portMappings", ())
            if "containerPort" in each
        ],
        entryPoint=definition.get("entryPoint"),
        command=definition.get("command"),
        workingDirectory=definition.get("workingDirectory"),
        user=definition.get("user"),
        startTimeout=definition.get("startTimeout"),
        stopTimeout=definition.get("stopTimeout"),
        environmentFiles=[each["value"] for each in definition.get("environmentFiles", ())],
        environmentVariables=_key_values(definition.get("environment", ()), definition.get("secrets", ())),
        networkSettings=_given(
            disableNetworking=definition.get("disableNetworking"),
            dnsServers=definition.get("dnsServers"),
            dnsSearchDomains=definition.get("dnsSearchDomains"),
            extraHosts=[dict(each) for each in definition.get("extraHosts", ())],
        ),
        containerStorage=_given(
            readOnlyRootFileSystem=definition.get("readonlyRootFilesystem"),
            mountPoints=[
                _given(
                    sourceVolume=each.get("sourceVolume"),
                    containerPath=each.get("containerPath"),
                    readonly=each.get("readOnly"),
                )
                for each in definition.get("mountPoints", ())
            ],
            volumeFrom=[
                _given(sourceContainer=each.get("sourceContainer"), readonly=each.get("readOnly"))
                for each in definition.get("volumesFrom", ())
            ],
        ),
        containerLogging=_logging(definition.get("logConfiguration")),
        firelensConfiguration=_firelens(definition.get("firelensConfiguration", {})),
        dockerLabels=[
            {"key": key, "value": value} for key, value in definition.get("dockerLabels", {}).items()
        ],
        healthCheck=_given(**{name: check.get(name) for name in ("command", *_TIMES)}),
        dependencies=[
            {"containerName": each["containerName"], "condition": each["condition"].capitalize()}
            for each in definition.get("dependsOn", ())
        ],
        ulimits=[
            {"limitName": each["name"], "hardLimit": each["hardLimit"], "softLimit": each["softLimit"]}
            for each in definition.get("ulimits", ())
        ],
    )


_TIMES = ("interval", "retries", "startPeriod", "timeout")


def _key_values(plain: Iterable[Members], secret: Iterable[Members]) -> list[dict[str, object]]:
    return [
        *({"type": "Plain", "key": each["name"], "value": each.get("value", "")} for each in plain),
        *({"type": "Secret", "key": each["name"], "value": each["valueFrom"]} for each in secret),
    ]


def _logging(logs: Members | None) -> dict[str, object]:
    if not logs:
        return {"type": "Manual", "logDriver": "None"}
    options = [{"name": name, "value": value} for name, value in logs.get("options", {}).items()]
    return {
        "type": "Manual",
        "logDriver": _DRIVERS.get(logs["logDriver"], "None"),
        "logOptions": _key_values(options, logs.get("secretOptions", ())),
    }


def _firelens(firelens: Members) -> dict[str, object]:
    if not firelens:
        return {}
    options: Members = firelens.get("options", {})
    source = {"type": {"file": "File", "s3": "S3"}.get(options.get("config-file-type", ""), "None")}
    return {
        "type": "Enabled",
        "firelensType": firelens["type"].capitalize(),
        "enableEcsLogMetadata": options.get("enable-ecs-log-metadata", "false").capitalize(),
        "customConfigSource": source | _given(filePath=options.get("config-file-value")),
    }


def _given(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in (None, "", [], (), {}, False)}


def _lost(request: Members, variables: Mapping[str, object]) -> Iterator[str]:
    """Yield where the task definition of these variables differs from the original one."""
    inputs, _ = read(DeployInputs, Variables({**_REQUIRED, **variables}), (), evaluate=False)
    made = {name: request[name] for name in _PLACED if name in request}
    made |= {name: value for name, value in _FIXED.items() if name in request}
    made["containerDefinitions"] = [
        _in_ecs_words(container_definition(spec, spec.container_image_reference.image_name).to_dict())
        for spec in inputs.containers
    ]
    made["volumes"] = [
        _in_ecs_words(efs_volume(each).to_dict()) if each.file_system_id else {"name": each.name}
        for each in inputs.volumes
    ]
    yield from (change.path for change in difference(made, request))


_REQUIRED: Mapping[str, object] = {
    "Octopus.Action.Aws.Ecs.ClusterName": "default",
    f"{DEPLOY}.SubnetIds": "subnet-00000000",
    f"{DEPLOY}.SecurityGroupIds": "sg-00000000",
    f"{DEPLOY}.Cpu": "256",
    f"{DEPLOY}.Memory": "512",
}
"""What a task definition alone does not say."""


def _in_ecs_words(value: Any) -> Any:  # noqa: ANN401  any JSON
    match value:
        case dict():
            return {
                _SPELLINGS.get(name, name[0].lower() + name[1:]): member
                if name in _MAPS
                else _in_ecs_words(member)
                for name, member in value.items()
            }
        case list():
            return [_in_ecs_words(each) for each in value]
        case _:
            return value


def _lost_of_service(service: Members) -> Iterator[str]:
    """Yield settings of the service that this step has no variable for, or sets itself."""
    checks: Sequence[tuple[str, bool]] = (
        ("launchType", service.get("launchType", "FARGATE") != "FARGATE"),
        ("capacityProviderStrategy", bool(service.get("capacityProviderStrategy"))),
        ("serviceRegistries", bool(service.get("serviceRegistries"))),
        ("placementConstraints", bool(service.get("placementConstraints"))),
        ("placementStrategy", bool(service.get("placementStrategy"))),
        ("enableExecuteCommand", bool(service.get("enableExecuteCommand"))),
        ("schedulingStrategy", service.get("schedulingStrategy", "REPLICA") != "REPLICA"),
        ("healthCheckGracePeriodSeconds", bool(service.get("healthCheckGracePeriodSeconds"))),
        ("propagateTags", service.get("propagateTags", "NONE") != "NONE"),
        (
            "loadBalancers (without a target group)",
            any("targetGroupArn" not in each for each in service.get("loadBalancers", ())),
        ),
    )
    yield from (f"service.{name}" for name, is_set in checks if is_set)
