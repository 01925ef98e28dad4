"""AWS::IAM::Role."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.cloudformation.resources.resource_type import (
    Account,
    HandlerError,
    already_exists,
    changed_tags,
    check_properties,
    generated_name,
)
from ecs_steps.sandbox.cloudformation.stack import Wanted
from ecs_steps.sandbox.coroutine import Coroutine

_PROPERTIES = frozenset(
    {
        "AssumeRolePolicyDocument",
        "ManagedPolicyArns",
        "Path",
        "Policies",
        "RoleName",
        "Tags",
    }
)


@frozen
class Role:
    """Its physical id is its name."""

    account: Account
    attributes = frozenset({"Arn", "RoleId"})
    create_only = frozenset({"Path", "RoleName"})
    name_property = "RoleName"

    def create(self, wanted: Wanted, announce: Callable[[str], None]) -> Coroutine:
        check_properties(wanted, _PROPERTIES)
        yield 1
        properties = wanted.properties
        name = properties.get("RoleName") or generated_name(wanted, self.account.ids, max_length=64)
        request = {
            "RoleName": name,
            "Path": properties.get("Path", "/"),
            "AssumeRolePolicyDocument": json.dumps(properties.get("AssumeRolePolicyDocument", {})),
            "Tags": _as_list(wanted.tags),
        }
        try:
            self._call("CreateRole", **request)
        except HandlerError as error:
            if error.refused == "EntityAlreadyExists":
                raise already_exists(wanted.type, name) from error
            raise
        announce(name)
        self._bring_policies(name, wanted, None)
        yield 15

    def update(self, physical_id: str, wanted: Wanted, former: Wanted) -> Coroutine:
        check_properties(wanted, _PROPERTIES)
        yield 1
        now, before = wanted.properties, former.properties
        if now.get("AssumeRolePolicyDocument") != before.get("AssumeRolePolicyDocument"):
            document = json.dumps(now.get("AssumeRolePolicyDocument", {}))
            self._call("UpdateAssumeRolePolicy", RoleName=physical_id, PolicyDocument=document)
        self._bring_policies(physical_id, wanted, former)
        to_set, to_remove = changed_tags(wanted.tags, former.tags)
        if to_set:
            self._call("TagRole", RoleName=physical_id, Tags=_as_list(to_set))
        if to_remove:
            self._call("UntagRole", RoleName=physical_id, TagKeys=to_remove)
        yield 15

    def delete(self, physical_id: str) -> Coroutine:
        yield 1
        try:
            attached = self._call("ListAttachedRolePolicies", RoleName=physical_id)
        except HandlerError as error:
            if error.refused == "NoSuchEntity":
                return
            raise
        for policy in attached["AttachedPolicies"]:
            self._call("DetachRolePolicy", RoleName=physical_id, PolicyArn=policy["PolicyArn"])
        for name in self._call("ListRolePolicies", RoleName=physical_id)["PolicyNames"]:
            self._call("DeleteRolePolicy", RoleName=physical_id, PolicyName=name)
        self._call("DeleteRole", RoleName=physical_id)
        yield 1

    def attribute(self, physical_id: str, name: str) -> str:
        return str(self._call("GetRole", RoleName=physical_id)["Role"][name])

    def _bring_policies(self, name: str, wanted: Wanted, former: Wanted | None) -> None:
        managed, inline = _policies(wanted)
        had_managed, had_inline = _policies(former) if former else (set(), {})
        for arn in sorted(managed - had_managed):
            self._call("AttachRolePolicy", RoleName=name, PolicyArn=arn)
        for arn in sorted(had_managed - managed):
            self._call("DetachRolePolicy", RoleName=name, PolicyArn=arn)
        for policy, document in inline.items():
            self._call("PutRolePolicy", RoleName=name, PolicyName=policy, PolicyDocument=document)
        for policy in had_inline.keys() - inline.keys():
            self._call("DeleteRolePolicy", RoleName=name, PolicyName=policy)

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's input shape
        return self.account.call("iam", operation, **request)


def _policies(wanted: Wanted) -> tuple[set[str], dict[str, str]]:
    inline = {
        policy["PolicyName"]: json.dumps(policy["PolicyDocument"])
        for policy in wanted.properties.get("Policies", [])
    }
    return set(wanted.properties.get("ManagedPolicyArns", [])), inline


def _as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
