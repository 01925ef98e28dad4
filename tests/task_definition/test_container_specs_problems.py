"""What the JSON of a container says that cannot be read."""

import pytest

from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    container,
    dictionary,
    problems,
)

UNKNOWN = "is no known member"
DRIVERS = "Default, None, AwsFirelens, AwsLogs, Splunk"
NUMBER = "expected a whole number from"
NAME = "expected 1 to 255 letters, digits, hyphens and underscores"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"containerName": None}, "containerName: is required"),
        ({"containerName": "my web"}, f'containerName: {NAME}, not "my web"'),
        (
            {"containerPortMappings": [{"containerPort": "99999"}]},
            f'containerPortMappings[0].containerPort: {NUMBER} 1 to 65535, not "99999"',
        ),
        ({"containerPortMappings": [{}]}, "containerPortMappings[0].containerPort: is required"),
        (
            {"containerPortMappings": [{"containerPort": 80, "protocol": "http"}]},
            'containerPortMappings[0].protocol: expected one of Tcp, Udp, not "http"',
        ),
        ({"memoryLimitSoft": "0"}, f'memoryLimitSoft: {NUMBER} 1 to 2147483647, not "0"'),
        ({"memoryLimitHard": "1 GB"}, f'memoryLimitHard: {NUMBER} 1 to 2147483647, not "1 GB"'),
        ({"cpus": "0.5"}, f'cpus: {NUMBER} 0 to 2147483647, not "0.5"'),
        ({"gpus": "-1"}, f'gpus: {NUMBER} 0 to 2147483647, not "-1"'),
        ({"essential": "maybe"}, 'essential: expected True or False, not "maybe"'),
        ({"startTimeout": "x"}, f'startTimeout: {NUMBER} 0 to 2147483647, not "x"'),
        ({"stopTimeout": []}, f"stopTimeout: {NUMBER} 0 to 2147483647, not a list"),
        (
            {"environmentVariables": [{"value": "hunter2"}]},
            "environmentVariables[0].key: is required",
        ),
        (
            {"environmentVariables": [{"key": "A", "value": {"hunter2": 2}}]},
            "environmentVariables[0].value: expected a text, not the value given (hidden)",
        ),
        (
            {"environmentVariables": {"A": "hunter2"}},
            "environmentVariables: expected a list, not an object",
        ),
        (
            {"environmentVariables": [{"type": "File", "key": "A", "value": "hunter2"}]},
            'environmentVariables[0].type: expected one of Plain, Secret, not "File"',
        ),
        (
            {"networkSettings": {"extraHosts": [{"hostname": "db"}]}},
            "networkSettings.extraHosts[0].ipAddress: is required",
        ),
        (
            {"containerStorage": {"mountPoints": [{"sourceVolume": "data"}]}},
            "containerStorage.mountPoints[0].containerPath: is required",
        ),
        (
            {"containerStorage": {"volumeFrom": [{}]}},
            "containerStorage.volumeFrom[0].sourceContainer: is required",
        ),
        (
            {"containerLogging": {"type": "None"}},
            'containerLogging.type: expected one of Auto, Manual, not "None"',
        ),
        (
            {"containerLogging": {"type": "Manual", "logDriver": "syslog"}},
            f'containerLogging.logDriver: expected one of {DRIVERS}, not "syslog"',
        ),
        (
            {"firelensConfiguration": {"type": "Enabled", "firelensType": "vector"}},
            'firelensConfiguration.firelensType: expected one of Fluentd, Fluentbit, not "vector"',
        ),
        (
            {"firelensConfiguration": {"type": "Enabled", "customConfigSource": {"type": "http"}}},
            'firelensConfiguration.customConfigSource.type: expected one of None, File, S3, not "http"',
        ),
        (
            {"repositoryAuthentication": {"type": "Basic"}},
            'repositoryAuthentication.type: expected one of Default, SecretsManager, not "Basic"',
        ),
        ({"dockerLabels": [{"value": "x"}]}, "dockerLabels[0].key: is required"),
        ({"healthCheck": {"interval": "0"}}, f'healthCheck.interval: {NUMBER} 1 to 2147483647, not "0"'),
        (
            {"dependencies": [{"containerName": "web", "condition": "Done"}]},
            'dependencies[0].condition: expected one of Start, Complete, Success, Healthy, not "Done"',
        ),
        (
            {"ulimits": [{"limitName": "nofile", "softLimit": "1"}]},
            "ulimits[0].hardLimit: is required",
        ),
        ({"command": {"run": "x"}}, "command: expected a text, not an object"),
        ({"user": ["root"]}, "user: expected a text, not a list"),
        ({"user": "\udfff"}, r'user: expected a text without NUL and lone surrogates, not "\udfff"'),
        ({"user": "ro\0ot"}, r'user: expected a text without NUL and lone surrogates, not "ro\u0000ot"'),
        (
            {"containerPorts": []},
            "containerPorts: is no known member; did you mean containerPortMappings",
        ),
        (
            {"healthCheck": {"test": []}},
            f"healthCheck.test: {UNKNOWN}; known are command, interval, retries, startPeriod, timeout",
        ),
    ],
)
def test_each_member_of_a_container_says_what_it_expected(members: dict[str, object], problem: str) -> None:
    found = problems(dictionary(container(**members)))

    assert found == [f"{CONTAINERS}[0].{problem}"]
