"""Reports as Octopus reads them on standard output: service messages, and lines at a level."""

import json
from base64 import b64encode
from typing import Any

from ecs_steps.reporting.events import Level, OutputVariable, Progress, Reported, StepFinished, TargetFound
from ecs_steps.reporting.text import ascii_lines, level_of, message_text


def service_message(name: str, /, **attributes: str) -> str:
    """Return one line with a service message; attribute values travel as base64 of UTF-8."""
    quoted = [f"{key}='{_base64(value)}'" for key, value in attributes.items()]
    return f"##octopus[{' '.join([name, *quoted])}]"


def _base64(value: str) -> str:
    # A surrogate has no UTF-8 of its own: two halves become their character, a lone one U+FFFD, as in .NET.
    whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return b64encode(whole.encode()).decode("ascii")


def lines(reported: Reported) -> list[str]:
    """Return the lines of standard output that say what is reported, all of printable ASCII.

    Text at another level than Info stands between two messages that switch the level and switch it back.
    """
    match reported:
        case Progress(percent=percent, text=text):
            return [service_message("progress", percentage=str(percent), message=text)]
        case OutputVariable(name=name, value=value, sensitive=sensitive):
            mark = {"sensitive": "True"} if sensitive else {}
            saved = ascii_lines(f"Saving output variable {message_text(reported)}")
            message = service_message("setVariable", name=name, value=value, **mark)
            return [*_at_level(Level.VERBOSE, saved), message]
        case TargetFound():
            return [*ascii_lines(message_text(reported)), _target_message(reported)]
        case StepFinished(links=links):
            text = "\n".join([message_text(reported), *(f"{name}: {url}" for name, url in links)])
            return _at_level(Level.HIGHLIGHT, ascii_lines(text))
        case _:
            return _at_level(level_of(reported), ascii_lines(message_text(reported)))


def _target_message(target: TargetFound) -> str:
    """Return the message that makes a target, or brings it up to date.

    Attributes, their order and their absence are those of Octopus' own discovery (Calamari.Aws,
    AwsEcsServiceMessageNames and EcsClusterDiscoveryWriter; the other form is new_octopustarget's).
    """
    roles, assumes = ",".join(target.roles), bool(target.assumed_role_arn)
    if not target.is_native:
        return _present(
            "createStepPackageTarget",
            name=target.name,
            targetId="aws-ecs-target",
            inputs=json.dumps(_step_package_inputs(target)),
            octopusRoles=roles,
            octopusDefaultWorkerPoolIdOrName=target.worker_pool,
            updateIfExisting="True",
        )
    return _present(
        "create-aws-ecs-target",
        name=target.name,
        octopusRoles=roles,
        updateIfExisting="True",
        isDynamic="True",
        tenantedDeploymentParticipation=target.tenanted_mode,
        octopusAccountIdOrName=target.account,
        clusterName=target.cluster,
        octopusDefaultWorkerPoolIdOrName=target.worker_pool,
        clusterRegion=target.region,
        useInstanceRole=str(not target.account),
        assumeRole=str(assumes),
        assumeRoleArn=target.assumed_role_arn,
        assumeRoleSession=target.assumed_role_session,
        assumeRoleSessionDurationSeconds=str(target.assumed_role_session_seconds or ""),
        assumeRoleExternalId=target.assumed_role_external_id,
    )


def _step_package_inputs(target: TargetFound) -> dict[str, Any]:
    account = {"type": "account", "account": target.account} if target.account else {"type": "worker"}
    role: dict[str, Any] = {"type": "noAssumedRole"}
    if target.assumed_role_arn:
        role = {
            "type": "assumeRole",
            "arn": target.assumed_role_arn,
            "sessionName": target.assumed_role_session,
            "sessionDuration": target.assumed_role_session_seconds,
            "externalId": target.assumed_role_external_id,
        }
    return {
        "clusterName": target.cluster,
        "region": target.region,
        "authentication": {
            "credentials": account,
            "role": {name: value for name, value in role.items() if value},
        },
    }


def _present(name: str, /, **attributes: str) -> str:
    """Return a service message without the attributes that are empty."""
    return service_message(name, **{key: value for key, value in attributes.items() if value})


def _at_level(level: Level, text: list[str]) -> list[str]:
    if level is Level.INFO:
        return text
    return [service_message(f"stdout-{level}"), *text, service_message("stdout-default")]


def result_message(text: str) -> str:
    """Return the message that gives the reason of a failure; line ends in `text` become spaces."""
    return service_message("resultMessage", message=" ".join(text.split()))


def artifact(path: str, name: str, length: int) -> str:
    """Return the message that attaches the file at `path`, of `length` bytes, to the deployment as `name`."""
    return service_message("createArtifact", path=path, name=name, length=str(length))
