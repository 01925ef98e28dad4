import json

import attrs
import pytest

from ecs_steps.environments.scope import GuardMode
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, OnFailure, TagInput, Wait, WaitOption
from ecs_steps.octopus.inputs.types import KeptCount
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs, DeploymentType, LoadBalancerMapping
from ecs_steps.steps.strategy_inputs import StrategyInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_specs import ContainerSpec, ImageReference, PortMapping
from ecs_steps.task_definition.inputs import Architecture, Volume, VolumeType
from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    DEPLOY,
    ECS,
    container,
    dictionary,
    inputs_of,
    minimal,
)

ROLE = "arn:aws:iam::123456789012:role/web"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0f1e2d3c4b5a6978"

# Every variable of the step, as Octopus writes it, and what is read of it.
VARIABLES: dict[str, tuple[object, str, object]] = {
    f"{ECS}.ClusterName": ("shop", "cluster_name", "shop"),
    "Octopus.Environment.Id": ("Environments-7", "environment_id", "Environments-7"),
    "Octopus.Deployment.Tenant.Id": ("Tenants-1", "tenant_id", "Tenants-1"),
    f"{DEPLOY}.ServiceTaskName": ("web_API-2", "service_task_name", "web_API-2"),
    f"{DEPLOY}.CFStackName": ("my-stack", "cf_stack_name", "my-stack"),
    f"{DEPLOY}.Cpu": (".5 vCPU", "cpu", ".5 vCPU"),
    f"{DEPLOY}.Memory": ("1 GB", "memory", "1 GB"),
    f"{DEPLOY}.RuntimeArchitecturePlatform": (
        "arm64",
        "runtime_architecture_platform",
        Architecture.ARM64,
    ),
    f"{DEPLOY}.DesiredCount": ("3", "desired_count", 3),
    f"{DEPLOY}.MinimumHealthPercent": ("50", "minimum_health_percent", 50),
    f"{DEPLOY}.MaximumHealthPercent": ("150", "maximum_health_percent", 150),
    f"{DEPLOY}.AutoAssignPublicIp": ("True", "auto_assign_public_ip", True),
    f"{DEPLOY}.EnableEcsManagedTags": ("TRUE", "enable_ecs_managed_tags", True),
    f"{DEPLOY}.TaskRole": (ROLE, "task_role", ROLE),
    f"{DEPLOY}.TaskExecutionRole": (ROLE, "task_execution_role", ROLE),
    f"{DEPLOY}.SecurityGroupIds": (
        ["sg-00000001", "sg-00000002"],
        "security_group_ids",
        ("sg-00000001", "sg-00000002"),
    ),
    f"{DEPLOY}.SubnetIds": (
        "subnet-00000001\nsubnet-00000002",
        "subnet_ids",
        ("subnet-00000001", "subnet-00000002"),
    ),
    f"{DEPLOY}.LoadBalancerMappings": (
        [{"containerName": "web", "containerPort": "80", "targetGroupArn": TARGET_GROUP}],
        "load_balancer_mappings",
        (LoadBalancerMapping(container_name="web", container_port=80, target_group_arn=TARGET_GROUP),),
    ),
    f"{DEPLOY}.Volumes": (
        [
            {"type": "Bind", "name": "scratch"},
            {
                "type": "efs",
                "name": "data",
                "fileSystemId": "fs-00000001",
                "accessPointId": "fsap-00000001",
                "rootDirectory": "/",
                "encryptionInTransit": "True",
                "efsIamAuthorization": True,
            },
        ],
        "volumes",
        (
            Volume(name="scratch"),
            Volume(
                type=VolumeType.EFS,
                name="data",
                file_system_id="fs-00000001",
                access_point_id="fsap-00000001",
                root_directory="/",
                encryption_in_transit=True,
                efs_iam_authorization=True,
            ),
        ),
    ),
    CONTAINERS: (
        [container(containerPortMappings=[{"containerPort": "80"}])],
        "containers",
        (
            ContainerSpec(
                container_name="web",
                container_image_reference=ImageReference(reference_id="web"),
                container_port_mappings=(PortMapping(container_port=80),),
            ),
        ),
    ),
    f"{ECS}.Tags": ([{"key": "team", "value": "shop"}], "tags", (TagInput(key="team", value="shop"),)),
    f"{ECS}.WaitOption": (
        {"type": "WaitWithTimeout", "timeoutMinutes": "30"},
        "wait_option",
        WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=30),
    ),
    f"{DEPLOY}.DeploymentType": ("rolling", "deployment_type", DeploymentType.ROLLING),
    f"{ECS}.TestTraffic.Header": ("", "test_header", None),
    f"{ECS}.TestTraffic.Query": ("", "test_query", None),
    f"{ECS}.TaskSets.ProductionListenerRule": ("", "production_rule", None),
    f"{DEPLOY}.Image": ("acme/web:1", "one_image", "acme/web:1"),
    f"{DEPLOY}.Port": ("80", "one_port", 80),
    f"{DEPLOY}.Environment": ("A=1", "one_environment", "A=1"),
    f"{DEPLOY}.Secrets": ("B=shop/b", "one_secrets", "B=shop/b"),
    f"{DEPLOY}.LogGroupName": ("/shop/test/web", "log_group_name", "/shop/test/web"),
    f"{DEPLOY}.LogRetentionDays": ("30", "log_retention_days", 30),
    f"{DEPLOY}.TemplateBucket": ("templates", "template_bucket", "templates"),
    f"{DEPLOY}.RetainTaskDefinitions": ("True", "retain_task_definitions", True),
    f"{DEPLOY}.OnFailure": ("leave", "on_failure", OnFailure.LEAVE),
    "Octopus.Action.Aws.Region": ("eu-west-1", "region", "eu-west-1"),
    f"{ECS}.EnvironmentGuard": ("off", "environment_guard", GuardMode.OFF),
    "Octopus.Action.Aws.ExpectedAccount": ("123456789012", "expected_account", "123456789012"),
    f"{ECS}.ResolveDigests": ("True", "resolve_digests", True),
    f"{ECS}.FailFast.StoppedTasks": ("5", "fail_fast_stopped_tasks", 5),
    f"{ECS}.ContainerLogs": ("False", "container_logs", False),
}


def test_every_variable_of_the_step_is_read() -> None:
    variables = {name: given for name, (given, _, _) in VARIABLES.items()}
    images = {"Octopus.Action.Package[web].Image": "acme/web:1"}
    texts = {
        name: given if isinstance(given, str) else json.dumps(given) for name, given in variables.items()
    }

    inputs = inputs_of(texts | images)

    read = {name: getattr(inputs, attribute) for name, (_, attribute, _) in VARIABLES.items()}
    assert read == {name: expected for name, (_, _, expected) in VARIABLES.items()}


def test_no_other_variable_is_read() -> None:
    sources = {
        field.name: field.metadata["variable"].name
        for field in attrs.fields(DeployInputs)
        if "variable" in field.metadata and field.name not in StrategyInputs.__annotations__
    }

    assert sources == {attribute: name for name, (_, attribute, _) in VARIABLES.items()}


def test_values_that_are_json_already_are_read_as_well() -> None:
    variables = {name: given for name, (given, _, _) in VARIABLES.items()}
    numbers = {f"{DEPLOY}.DesiredCount": 3, f"{DEPLOY}.AutoAssignPublicIp": True, f"{DEPLOY}.Cpu": 512}

    inputs = inputs_of(variables | numbers | {"Octopus.Action.Package[web].Image": "acme/web:1"})

    assert (inputs.desired_count, inputs.auto_assign_public_ip, inputs.cpu) == (3, True, "512")
    assert inputs.volumes == VARIABLES[f"{DEPLOY}.Volumes"][2]


def test_names_of_variables_are_found_in_any_case() -> None:
    swapped = {name.swapcase(): value for name, value in minimal().items()}

    assert inputs_of(swapped) == attrs.evolve(inputs_of(minimal()))


def test_what_is_optional_has_octopus_defaults() -> None:
    inputs = inputs_of(minimal())

    assert inputs == DeployInputs(
        cluster_name="samples-target-containers-development",
        environment_id="Environments-104",
        tenant_id="",
        service_task_name="octopetshop-web",
        cf_stack_name="",
        cpu="256",
        memory="512",
        runtime_architecture_platform=Architecture.X86_64,
        desired_count=1,
        minimum_health_percent=100,
        maximum_health_percent=200,
        auto_assign_public_ip=False,
        enable_ecs_managed_tags=False,
        task_role=None,
        task_execution_role=None,
        security_group_ids=("sg-0c3d4e5f607182930",),
        subnet_ids=("subnet-0a1b2c3d4e5f60718",),
        load_balancer_mappings=(),
        volumes=(),
        containers=(
            ContainerSpec(container_name="web", container_image_reference=ImageReference(reference_id="web")),
        ),
        tags=(),
        wait_option=WaitOption(type=Wait.UNTIL_COMPLETED),
        template_bucket="",
        retain_task_definitions=False,
        on_failure=OnFailure.ROLLBACK,
        region="",
        fail_fast_stopped_tasks=None,
        container_logs=True,
        images={"web": "index.docker.io/octopetshop/web:1.4.0"},
        default_tags=(Tag("Octopus.Environment.Id", "Environments-104"),),
    )


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
def test_what_is_absent_or_empty_is_the_default(nothing: str | None) -> None:
    optional = [name for name in VARIABLES if name not in minimal()]

    assert inputs_of(minimal() | dict.fromkeys(optional, nothing)) == inputs_of(minimal())


def test_expressions_are_evaluated_from_the_dictionary() -> None:
    variables = dictionary(
        container(
            environmentVariables=[{"key": "GREETING", "value": "#{Greeting}"}],
            containerPortMappings=[{"containerPort": "#{Octopus.Web[blue].Port}"}],
        ),
        DesiredCount="#{Count[#{Octopus.Environment.Id}]}",
        SubnetIds="#{Subnets}",
        others={
            "Greeting": 'say "#{Word}"',
            "Word": "hi",
            "Octopus.Web[blue].Port": "8080",
            "Count[Environments-104]": "4",
            "Subnets": '["subnet-00000001", "subnet-00000002"]',
        },
    )

    inputs = inputs_of(variables)

    [web] = inputs.containers
    assert web.environment_variables == (KeyValue(key="GREETING", value='say "hi"'),)
    assert web.container_port_mappings == (PortMapping(container_port=8080),)
    assert (inputs.desired_count, inputs.subnet_ids) == (4, ("subnet-00000001", "subnet-00000002"))


def test_a_document_that_is_json_only_after_its_evaluation_is_read() -> None:
    variables = dictionary(
        LoadBalancerMappings='[{"containerName": "web", "containerPort": #{Port}, '
        f'"targetGroupArn": "{TARGET_GROUP}"}}]',
        Containers='[{"containerName": "web", "containerImageReference": {"referenceId": "web"}, '
        '"containerPortMappings": [{"containerPort": #{Port}}]}]',
        others={"Port": "80"},
    )

    assert inputs_of(variables).load_balancer_mappings[0].container_port == 80


def test_images_and_default_tags_are_evaluated() -> None:
    others = {
        "Octopus.Action.Package[web].Image": "#{Registry}/web:1",
        "Registry": "registry.acme.test",
        "Octopus.Project.Name": "Shop #{Octopus.Environment.Id}",
    }

    inputs = inputs_of(dictionary(others=others))

    assert inputs.image(inputs.containers[0].container_image_reference) == "registry.acme.test/web:1"
    assert Tag("Octopus.Project.Name", "Shop Environments-104") in inputs.default_tags


def test_an_image_is_found_by_its_reference_in_any_case() -> None:
    spec = container(containerImageReference={"referenceId": "WEB"})

    inputs = inputs_of(dictionary(spec))

    assert inputs.image(inputs.containers[0].container_image_reference) == (
        "index.docker.io/octopetshop/web:1.4.0"
    )


def test_without_a_reference_the_image_name_is_the_image() -> None:
    reference = ImageReference(image_name="public.ecr.aws/nginx:1")

    assert inputs_of(minimal()).image(reference) == "public.ecr.aws/nginx:1"


def test_the_image_that_a_release_will_choose_can_be_left_to_octopus() -> None:
    inputs = inputs_of(minimal())

    assert inputs.image(ImageReference(reference_id="web"), keep=True) == (
        "#{Octopus.Action.Package[web].Image}"
    )
    assert inputs.image(ImageReference(image_name="nginx:1"), keep=True) == "nginx:1"


def test_the_stack_is_named_after_cluster_service_environment_and_tenant() -> None:
    untenanted = inputs_of(minimal())
    tenanted = inputs_of(dictionary(others={"Octopus.Deployment.Tenant.Id": "Tenants-7"}))
    named = inputs_of(dictionary(CFStackName="my-stack"))

    stem = "cf-ecs-samplesTargetContainersDevelopment-octopetshopWeb-environments104"
    assert untenanted.stack_name == f"{stem}-untenanted"
    assert tenanted.stack_name == f"{stem}-tenants7"
    assert named.stack_name == "my-stack"


def test_resources_are_named_after_the_service() -> None:
    assert inputs_of(minimal()).logical_id("TaskDefinition") == "TaskDefinitionoctopetshopWeb"


def test_user_tags_are_sent_without_what_aws_refuses() -> None:
    tags = [{"key": "my!@#$key", "value": "a"}, {"key": "empty", "value": ""}, {"key": "b", "value": "(c)"}]

    inputs = inputs_of(dictionary(others={f"{ECS}.Tags": tags}))

    assert inputs.user_tags == (Tag("my@key", "a"), Tag("b", "c"))


@pytest.mark.parametrize("text", ["Keep", "keep", " KEEP "])
def test_a_desired_count_may_be_kept(text: str) -> None:
    assert inputs_of(dictionary(DesiredCount=text)).desired_count is KeptCount.KEEP


def test_the_log_group_is_named_after_the_service_unless_another_is_given() -> None:
    assert inputs_of(minimal()).log_group == "/ecs/octopetshop-web"
    assert inputs_of(dictionary(LogGroupName="/shop/test/web")).log_group == "/shop/test/web"


def test_what_is_not_used_cannot_fail_a_deployment() -> None:
    web = container(
        containerImageReference={
            "referenceId": "web",
            "imageName": "#{Octopus.Action[Deploy Amazon ECS Service - clone (1)].Package[nginx].Image}",
            "feedId": "#{Feed}",
        },
        repositoryAuthentication={"type": "Default", "secretName": "#{Secret}"},
        containerLogging={"type": "Manual", "logDriver": "None", "logOptions": "#{Options}"},
        firelensConfiguration={"type": "Disabled", "customConfigSource": {"filePath": "#{File}"}},
    )
    variables = dictionary(
        web,
        Volumes=[{"name": "scratch", "fileSystemId": "#{FileSystem}"}],
        CFStackName="shop-web",
        others={
            "Octopus.Environment.Id": "#{Environment}",
            f"{ECS}.WaitOption": {"type": "DontWait", "timeoutMinutes": "soon"},
        },
    )

    inputs = inputs_of(variables)

    assert inputs.containers[0].container_image_reference == ImageReference(reference_id="web")
    assert inputs.volumes == (Volume(name="scratch"),)
    assert inputs.wait_option == WaitOption(type=Wait.DONT_WAIT)
