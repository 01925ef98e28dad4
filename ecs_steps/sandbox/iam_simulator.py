"""IAM's policy simulator, which moto does not have: what the policies of a role or user say of a request.

The policies are moto's: inline ones and attached ones. A statement with conditions counts where each of them
compares texts for equality with a key that the simulation gives.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from attrs import define

from ecs_steps.sandbox.service_error import ServiceError

Request = dict[str, Any]
Reply = dict[str, Any]
Call = Callable[[str, dict[str, Any]], dict[str, Any]]


@define
class IamSimulator:
    """The part of IAM that the sandbox answers itself; `call` makes a call of IAM to moto."""

    call: Call

    def simulate_principal_policy(self, request: Request) -> Reply:
        keys = {
            entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in request.get("ContextEntries", ())
        }
        statements = [
            each
            for each in self._statements(request["PolicySourceArn"])
            if _holds(each.get("Condition", {}), keys)
        ]
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": _decision(statements, action, resource),
                }
                for action in request["ActionNames"]
                for resource in request.get("ResourceArns") or ["*"]
            ],
            "IsTruncated": False,
        }

    def _statements(self, principal: str) -> Iterator[Mapping[str, Any]]:
        kind = principal.split(":")[5].partition("/")[0].capitalize()
        if kind not in ("Role", "User"):
            raise ServiceError("InvalidInput", f"Invalid principal: {principal}")
        name = {f"{kind}Name": principal.rpartition("/")[2]}
        for policy in self.call(f"List{kind}Policies", name)["PolicyNames"]:
            inline = self.call(f"Get{kind}Policy", {**name, "PolicyName": policy})
            yield from _listed(inline["PolicyDocument"])
        for attached in self.call(f"ListAttached{kind}Policies", name)["AttachedPolicies"]:
            arn = {"PolicyArn": attached["PolicyArn"]}
            version = self.call("GetPolicy", arn)["Policy"]["DefaultVersionId"]
            found = self.call("GetPolicyVersion", {**arn, "VersionId": version})
            yield from _listed(found["PolicyVersion"]["Document"])


def _listed(document: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401  JSON, or its text
    parsed = json.loads(unquote(document)) if isinstance(document, str) else document
    statements = parsed["Statement"]
    return [statements] if isinstance(statements, dict) else list(statements)


def _decision(statements: list[Mapping[str, Any]], action: str, resource: str) -> str:
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches(statement.get("Action"), action) and _matches(statement.get("Resource"), resource)
    }
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if "Allow" in effects else "implicitDeny"


def _holds(condition: Mapping[str, Any], keys: Mapping[str, list[str]]) -> bool:
    return all(
        operator == "StringEquals" and set(keys.get(key, ())) & set(_texts(wanted))
        for operator, compared in condition.items()
        for key, wanted in compared.items()
    )


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else value if isinstance(value, list) else []


def _matches(patterns: object, text: str) -> bool:
    return any(
        re.fullmatch(re.escape(each).replace(r"\*", ".*").replace(r"\?", "."), text, re.IGNORECASE)
        for each in _texts(patterns)
    )
