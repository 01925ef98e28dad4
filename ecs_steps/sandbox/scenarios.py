"""Scenarios with names."""

from collections.abc import Mapping
from types import MappingProxyType

from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.ecs.scenarios import SERVICE_SCENARIOS
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS
from ecs_steps.sandbox.ecs.task_set_scenarios import TASK_SET_SCENARIOS
from ecs_steps.sandbox.faults import Fault, FaultKind
from ecs_steps.sandbox.quotas import Quota
from ecs_steps.sandbox.scenario import ResourceFailurePlan, Scenario, StackPlan

_MAY_NOT_CREATE_ROLE = (
    "User: arn:aws:sts::123456789012:assumed-role/octopus/AwsSandbox is not authorized to perform: "
    "iam:CreateRole on resource: arn:aws:iam::123456789012:role/execution because no identity-based policy "
    "allows the iam:CreateRole action (Service: Iam, Status Code: 403, Request ID: "
    "3b9d6a0f-2c41-4d7e-9a0b-5f1e8c7d6b21)"
)
_NO_SECURITY_GROUP = (
    "Invalid request provided: CreateService error: error retrieving security group information for "
    "[sg-0123456789abcdef0]: The security group 'sg-0123456789abcdef0' does not exist (ErrorCode: "
    "InvalidGroup.NotFound) (Service: AmazonECS; Status Code: 400; Error Code: InvalidParameterException; "
    "Request ID: 5c2f2d8e-1d8b-4f8e-8a51-0b4f3f1a9c77; Proxy: null)"
)

_STACK_SCENARIOS: Mapping[str, Scenario] = {
    "healthy": Scenario(description="Everything goes well"),
    "service-name-taken": Scenario(
        description="The service cannot be created: another one has its name",
        resources=(
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="create",
                reason="Resource of type 'AWS::ECS::Service' with identifier 'web' already exists.",
                handler_error_code="AlreadyExists",
            ),
        ),
    ),
    "role-denied": Scenario(
        description="The execution role may not be created",
        resources=(
            ResourceFailurePlan(
                resource="AWS::IAM::Role",
                on="create",
                reason=_MAY_NOT_CREATE_ROLE,
                handler_error_code="AccessDenied",
            ),
        ),
    ),
    "security-group-wrong": Scenario(
        description="The service names a security group that does not exist",
        resources=(
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="create",
                reason=_NO_SECURITY_GROUP,
                handler_error_code="InvalidRequest",
            ),
        ),
    ),
    "update-refused": Scenario(
        description="The service refuses its first update, and the stack rolls back",
        resources=(
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="update",
                reason="Service was not ACTIVE.",
                handler_error_code="GeneralServiceException",
                times=1,
            ),
        ),
    ),
    "rollback-fails-once": Scenario(
        description="The service refuses its first update and the first way back; going on helps",
        resources=(
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="update",
                reason="Service was not ACTIVE.",
                handler_error_code="GeneralServiceException",
                times=1,
            ),
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="rollback",
                reason="Rate exceeded",
                handler_error_code="Throttling",
                times=1,
            ),
        ),
    ),
    "delete-fails": Scenario(
        description="The service cannot be created, and its log group cannot be deleted after it",
        resources=(
            ResourceFailurePlan(
                resource="AWS::ECS::Service",
                on="create",
                reason="Rate exceeded",
                handler_error_code="Throttling",
            ),
            ResourceFailurePlan(
                resource="AWS::Logs::LogGroup",
                on="delete",
                reason="Rate exceeded",
                handler_error_code="Throttling",
                times=1,
            ),
        ),
    ),
    "rollback-overlooked": Scenario(
        description="CloudFormation takes a service that ECS rolled back for a stable one",
        ecs=SERVICE_SCENARIOS["breaker-rollback"][1],
        stack=StackPlan(ignores_rollbacks=True),
    ),
    "vulnerable-image": Scenario(
        description="The scan of each image finds a critical vulnerability",
        scans=ScanPlan(severities={"CRITICAL": 1, "HIGH": 3, "LOW": 12}),
    ),
    "throttled": Scenario(
        description="Every fourth request or so is throttled",
        faults=(Fault("", FaultKind.THROTTLED, range(2, 1000, 4)),),
    ),
    "throttled-register": Scenario(
        description="RegisterTaskDefinition is throttled after two calls at once",
        quotas=(Quota(operations=("RegisterTaskDefinition",), burst=2),),
    ),
    "unreachable": Scenario(
        description="AWS cannot be reached",
        faults=(Fault("", FaultKind.CONNECTION_REFUSED),),
    ),
    "access-denied": Scenario(
        description="The credentials may not create a stack, and not update a service",
        faults=(
            Fault("CreateStack", FaultKind.ACCESS_DENIED),
            Fault("UpdateService", FaultKind.ACCESS_DENIED),
        ),
    ),
}

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        **_STACK_SCENARIOS,
        **{
            name: Scenario(description=description, ecs=plan)
            for name, (description, plan) in {
                **SERVICE_SCENARIOS,
                **STRATEGY_SCENARIOS,
                **TASK_SET_SCENARIOS,
            }.items()
        },
    }
)
"""Every scenario that has a name; `healthy` is the one that is taken where none is named."""
