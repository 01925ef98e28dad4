from collections.abc import Iterable
from typing import Any

import pytest

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.rules import Finding
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.task_definition.container_findings import (
    environment_file_findings,
    image_findings,
    package_image_findings,
    secret_findings,
)
from steps.deploy_ecs_service.dictionaries import CONTAINERS, container, dictionary, problems, warnings

NO_REFERENCE = (
    "expected the ARN of a Secrets Manager secret, or the ARN or name of a Systems Manager parameter "
    "(the value given is hidden)"
)
NOT_GRANTED = (
    "must be known, at least how the ARN begins, or a task execution role given: "
    "the role that the stack creates is granted this and no more"
)
ROLE = "arn:aws:iam::123456789012:role/execution"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"  # noqa: S105  an ARN


def secret(value: str) -> dict[str, str]:
    return {"type": "Secret", "key": "PASSWORD", "value": value}


def plain(key: str, value: str = "x") -> dict[str, str]:
    return {"type": "Plain", "key": key, "value": value}


def manual(*options: dict[str, str], driver: str = "Splunk") -> dict[str, object]:
    return {"type": "Manual", "logDriver": driver, "logOptions": list(options)}


def firelens(**source: str) -> dict[str, object]:
    return {"type": "Enabled", "customConfigSource": source}


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        pytest.param(
            {"containerImageReference": {"referenceId": "API", "imageName": "acme/api"}},
            "containerImageReference: no image is known for package reference 'API': "
            "Octopus.Action.Package[API].Image has no value",
            id="image without a release",
        ),
        pytest.param(
            {"containerImageReference": {"feedId": "Feeds-1"}},
            "containerImageReference: is required: a referenceId, or a full image name as imageName",
            id="no image",
        ),
        pytest.param(
            {"containerImageReference": None},
            "containerImageReference: is required: a referenceId, or a full image name as imageName",
            id="no reference to an image",
        ),
        pytest.param(
            {"containerImageReference": {"imageName": "acme/web latest"}},
            'containerImageReference.imageName: expected the full name of an image, not "acme/web latest": '
            "'acme/web latest' is not a repository: lower case, digits and single separators",
            id="no image's name",
        ),
        pytest.param(
            {"containerImageReference": {"referenceId": "bad"}},
            'containerImageReference: expected the full name of an image, not "acme/bad image": '
            "'acme/bad image' is not a repository: lower case, digits and single separators",
            id="no image's name from the release",
        ),
        pytest.param(
            {"repositoryAuthentication": {"type": "SecretsManager", "secretName": "registry"}},
            "repositoryAuthentication.secretName: expected the ARN of a Secrets Manager secret",
            id="registry credentials by name",
        ),
        pytest.param(
            {"repositoryAuthentication": {"type": "SecretsManager"}},
            "repositoryAuthentication.secretName: expected the ARN of a Secrets Manager secret",
            id="no registry credentials",
        ),
        pytest.param(
            {
                "repositoryAuthentication": {
                    "type": "SecretsManager",
                    "secretName": "arn:aws:ssm:eu-west-1:123456789012:parameter/registry",
                }
            },
            "repositoryAuthentication.secretName: expected the ARN of a Secrets Manager secret",
            id="registry credentials elsewhere",
        ),
        pytest.param(
            {"memoryLimitSoft": "256", "memoryLimitHard": "256"},
            "memoryLimitSoft: 256 MiB must be below the hard limit of 256",
            id="soft limit at the hard one",
        ),
        pytest.param(
            {"gpus": "2"}, "gpus: Fargate has no GPUs, and 2 are requested; leave it empty", id="GPUs"
        ),
        pytest.param(
            {"environmentVariables": [plain("A"), secret("hunter 2")]},
            f"environmentVariables[1].value: {NO_REFERENCE}",
            id="secret that is no reference",
        ),
        pytest.param(
            {"environmentVariables": [secret("")]},
            f"environmentVariables[0].value: {NO_REFERENCE}",
            id="empty secret",
        ),
        pytest.param(
            {"containerLogging": manual(plain("splunk-url"), secret("hunter 2"))},
            f"containerLogging.logOptions[1].value: {NO_REFERENCE}",
            id="secret log option that is no reference",
        ),
        pytest.param(
            {"environmentVariables": [secret(SECRET), plain("PASSWORD", "hunter2")]},
            "environmentVariables[1].key: 'PASSWORD' is plain and secret at once, which ECS refuses",
            id="plain and secret",
        ),
        pytest.param(
            {"firelensConfiguration": firelens(type="File")},
            "firelensConfiguration.customConfigSource.filePath: "
            "is required for a custom configuration from File",
            id="FireLens without its file",
        ),
    ],
)
def test_a_container_that_ecs_would_refuse_is_a_problem(members: dict[str, Any], problem: str) -> None:
    images = {"Octopus.Action.Package[bad].Image": "acme/bad image"}

    assert problems(dictionary(container(**members), others=images)) == [f"{CONTAINERS}[0].{problem}"]


@pytest.mark.parametrize(
    ("members", "warning"),
    [
        pytest.param(
            {"environmentVariables": [plain("A", "1"), plain("B"), plain("A", "2")]},
            "environmentVariables[2].key: repeats 'A'; the last one is used",
            id="environment variable twice",
        ),
        pytest.param(
            {"healthCheck": {"command": ["curl", "-f", "http://localhost"]}},
            "healthCheck.command: begins with 'curl' instead of CMD, CMD-SHELL, NONE; ECS runs it unchanged",
            id="health check without CMD",
        ),
        pytest.param(
            {"environmentFiles": ["arn:aws:s3:::settings/a.env", "s3://settings/a.env"]},
            "environmentFiles[1]: 's3://settings/a.env' is not the ARN of an S3 object "
            "whose name ends in .env; ECS reads no other",
            id="environment file that is no ARN",
        ),
        pytest.param(
            {"firelensConfiguration": firelens(type="S3", filePath="arn:aws:s3:::settings/fluent.conf")},
            "firelensConfiguration.customConfigSource.type: "
            "Fargate reads a log router's configuration only from a file",
            id="FireLens from S3",
        ),
    ],
)
def test_a_container_that_may_be_a_mistake_is_a_warning(members: dict[str, Any], warning: str) -> None:
    assert warnings(dictionary(container(**members))) == [f"{CONTAINERS}[0].{warning}"]


@pytest.mark.parametrize(
    "members",
    [
        {"containerImageReference": {"imageName": "public.ecr.aws/nginx/nginx:1.27"}},
        {"repositoryAuthentication": {"type": "SecretsManager", "secretName": SECRET}},
        {"repositoryAuthentication": {"type": "Default", "secretName": "not used"}},
        {"memoryLimitSoft": "128", "memoryLimitHard": "256"},
        {"gpus": "0"},
        {"environmentVariables": [secret(SECRET), plain("A", "hunter 2")]},
        {"environmentVariables": [secret("/shop/db/password")]},
        {"containerLogging": manual(secret("not used: the driver is the default"), driver="Default")},
        {"containerLogging": manual(secret("not used: there is no driver"), driver="None")},
        {"containerLogging": {"type": "Auto", "logOptions": [secret("not used: Auto")]}},
        {"healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost || exit 1"]}},
        {"healthCheck": {"command": ["NONE"]}},
        {"healthCheck": {"interval": "5"}},
        {"environmentFiles": ["arn:aws-cn:s3:::settings/web/production.env"]},
        {"firelensConfiguration": firelens(type="File", filePath="/fluent.conf")},
        {"firelensConfiguration": {"type": "Disabled", "customConfigSource": {"type": "S3"}}},
    ],
)
def test_a_container_that_ecs_accepts_has_no_problem_and_no_warning(members: dict[str, Any]) -> None:
    assert problems(dictionary(container(**members))) == []
    assert warnings(dictionary(container(**members))) == []


def test_each_container_is_checked_whatever_is_wrong_with_another() -> None:
    wrong = {"environmentVariables": [{"type": "Secret", "key": "A", "value": "hunter 2"}], "gpus": 1}

    found = problems(
        dictionary(
            container("web", gpus="many", environmentVariables=[{"value": "hunter2"}]),
            container("api", **wrong),
        )
    )

    assert found == [
        f'{CONTAINERS}[0].gpus: expected a whole number from 0 to 2147483647, not "many"',
        f"{CONTAINERS}[0].environmentVariables[0].key: is required",
        f"{CONTAINERS}[1].gpus: Fargate has no GPUs, and 1 are requested; leave it empty",
        f"{CONTAINERS}[1].environmentVariables[0].value: {NO_REFERENCE}",
    ]


OPEN_SECRETS = {
    "environmentVariables": [secret("#{Secret}")],
    "containerLogging": manual(secret("arn:aws:#{Service}:eu-west-1:1:secret:token")),
    "environmentFiles": ["#{File}", "arn:aws:s3:::#{File}"],
}


def test_an_exported_role_is_granted_what_is_known_and_what_is_not_must_be() -> None:
    found = problems(dictionary(container(**OPEN_SECRETS)), for_export=True)

    assert found == [
        f"{CONTAINERS}[0].environmentVariables[0].value: {NOT_GRANTED}",
        f"{CONTAINERS}[0].containerLogging.logOptions[0].value: {NOT_GRANTED}",
        f"{CONTAINERS}[0].environmentFiles[0]: {NOT_GRANTED}",
        f"{CONTAINERS}[0].environmentFiles[1]: {NOT_GRANTED}",
    ]


@pytest.mark.parametrize("role", [ROLE, "#{Role}"])
def test_an_export_with_a_role_of_its_own_leaves_them_open(role: str) -> None:
    variables = dictionary(container(**OPEN_SECRETS), TaskExecutionRole=role)

    assert problems(variables, for_export=True) == []


@pytest.mark.parametrize(
    "members",
    [
        {"environmentVariables": [secret("arn:aws:secretsmanager:#{Region}:#{Account}:secret:#{Name}")]},
        {"environmentVariables": [secret("arn:#{Partition}:ssm:#{Region}:#{Account}:parameter/a")]},
        {"environmentVariables": [plain("A", "#{Open}")]},
        {"environmentFiles": ["arn:aws:s3:::#{Bucket}/web.env"]},
        {"repositoryAuthentication": {"type": "SecretsManager", "secretName": "#{Secret}"}},
    ],
)
def test_an_arn_of_which_enough_is_known_can_be_exported(members: dict[str, Any]) -> None:
    assert problems(dictionary(container(**members)), for_export=True) == []


def errors(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if not found.is_warning]


def warnings_of(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if found.is_warning]


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:password::",
        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/db/password",
        "/db/password",
        "db.password",
    ],
)
def test_a_secret_is_an_arn_or_the_name_of_a_parameter(value: str) -> None:
    items = [KeyValue(type=Secrecy.SECRET, key="A", value=value)]

    assert list(secret_findings(("env",), items)) == []


@pytest.mark.parametrize("value", ["", "hunter 2", "p@ssw0rd", "arn:aws:s3:::bucket/key", "//a", "caf\xe9"])
def test_a_secret_that_is_no_reference_is_an_error_without_its_value(value: str) -> None:
    items = [
        KeyValue(key="PLAIN", value=value),
        KeyValue(type=Secrecy.SECRET, key="A", value=value),
    ]

    assert errors(secret_findings(("env",), items)) == [(("env", 1, "value"), NO_REFERENCE)]


def test_an_environment_file_is_an_s3_object_that_ends_in_env() -> None:
    files = [
        "arn:aws:s3:::settings/web/production.env",
        "arn:aws-us-gov:s3:::settings/web.env",
        "arn:aws:s3:::settings/web.txt",
        "s3://settings/web.env",
    ]

    found = list(environment_file_findings(("files",), files))

    why = "is not the ARN of an S3 object whose name ends in .env; ECS reads no other"
    assert errors(found) == []
    assert warnings_of(found) == [
        (("files", 2), f"'arn:aws:s3:::settings/web.txt' {why}"),
        (("files", 3), f"'s3://settings/web.env' {why}"),
    ]


def test_an_unknown_image_names_the_variable_that_would_hold_it() -> None:
    assert errors(package_image_findings(("image",), "web", {})) == [
        (
            ("image",),
            "no image is known for package reference 'web': Octopus.Action.Package[web].Image has no value",
        )
    ]


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "localhost:5000/app",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.4.0-rc.1",
        "repo:1@sha256:" + "0" * 64,
    ],
)
def test_the_name_of_an_image_is_taken(image: str) -> None:
    assert list(image_findings(("image",), image)) == []


@pytest.mark.parametrize(
    ("image", "shown", "why"),
    [
        ("acme/web :1", '"acme/web :1"', "'acme/web ' is not a repository"),
        ("acme/web:#{Tag}", '"acme/web:#{Tag}"', "'#{Tag}' is not a tag"),
        ("acme/web:", '"acme/web:"', "'' is not a tag"),
        ("acme/web@sha256:abc", '"acme/web@sha256:abc"', "'sha256:abc' is not a digest"),
        ("@sha256:abc", '"@sha256:abc"', "'' is not a repository"),
        ("acme/Web:1", '"acme/Web:1"', "'acme/Web' is not a repository"),
        ("acme/caf\xe9", r'"acme/caf\u00e9"', r"'acme/caf\xe9' is not a repository"),
        ("a" * 256, '"' + "a" * 56 + "...", "it has more than 255 characters"),
    ],
)
def test_what_is_no_name_of_an_image_is_refused(image: str, shown: str, why: str) -> None:
    [(path, message)] = errors(image_findings(("image",), image))

    assert path == ("image",)
    assert message.startswith(f"expected the full name of an image, not {shown}: {why}")
