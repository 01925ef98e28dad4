"""What the inputs of *Deploy Amazon ECS Service* must be together, by ECS', Fargate's and Octopus' rules.

Rules about the task definition are in `task_definition`: `container_rules` (each container by itself) and
`task_rules` (together).
"""

import re
from collections.abc import Iterator

from ecs_steps.octopus import naming
from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, item_rule, listed, rule, tag_rules
from ecs_steps.octopus.inputs.shared_inputs import Wait
from ecs_steps.octopus.inputs.types import KeptCount
from ecs_steps.rollouts.strategies import StrategyType
from ecs_steps.steps.common_inputs import SERVICE_RULES, complete_account
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs, DeploymentType, LoadBalancerMapping
from ecs_steps.steps.strategy_inputs import DEPLOYMENT, NO_PAUSE, STRATEGY
from ecs_steps.steps.task_set_inputs import TASK_SETS, TEST_TRAFFIC, TEST_TRAFFIC_RULES
from ecs_steps.task_definition.container_rules import CONTAINER_RULES, EXPORTED_CONTAINER_RULES, images_known
from ecs_steps.task_definition.task_rules import TASK_RULES

MAX_TAGS = 20
MAX_BAKE_MINUTES = 33 * 60
"""CloudFormation's limit for the bakes of a deployment together (33 hours)."""
ALB_RULE = re.compile(r"arn:[a-z-]+:elasticloadbalancing:[!-~]*:listener-rule/app/[!-~]+")
NLB_LISTENER = re.compile(r"arn:[a-z-]+:elasticloadbalancing:[!-~]*:listener/net/[!-~]+")


@rule("cf_stack_name", "environment_id", "cluster_name", "service_task_name", "tenant_id")
def _stack_name(inputs: DeployInputs) -> Iterator[Finding]:
    if inputs.cf_stack_name:
        if not naming.is_stack_name(inputs.cf_stack_name):
            yield Finding(
                ("cf_stack_name",),
                "expected a letter, then up to 127 letters, digits and hyphens, "
                f"not {inputs.cf_stack_name!a}",
            )
    elif not inputs.environment_id:
        yield Finding(("environment_id",), "is required where no CloudFormation stack name is given")
    elif not naming.is_stack_name(inputs.stack_name):
        yield Finding(
            ("cf_stack_name",),
            f"is needed here: the generated name {inputs.stack_name!a} is not one that CloudFormation takes",
        )


@rule("service_task_name")
def _logical_ids(inputs: DeployInputs) -> Iterator[Finding]:
    if not naming.is_logical_id(naming.camel_case(inputs.service_task_name)):
        yield Finding(
            ("service_task_name",),
            f"has no letter or digit to name the stack's resources after: {inputs.service_task_name!a}",
        )
    elif not naming.is_logical_id(longest := inputs.logical_id("TaskExecutionRole")):
        yield Finding(
            ("service_task_name",),
            f"is too long: the stack's resources would have names of {len(longest)} characters, and 255 are "
            "allowed",
        )


@rule("minimum_health_percent", "maximum_health_percent", "desired_count")
def _percents(inputs: DeployInputs) -> Iterator[Finding]:
    least, most = inputs.minimum_health_percent, inputs.maximum_health_percent
    # A count that is kept is not known yet; with 0 there is nothing to compare.
    count = 0 if isinstance(inputs.desired_count, KeptCount) else inputs.desired_count
    stays, may_run = -(-count * least // 100), count * most // 100
    if least > most:
        yield Finding(("minimum_health_percent",), f"{least} is above the maximum of {most}")
    elif least == most:
        yield Finding(
            ("minimum_health_percent",),
            f"is {least} like the maximum: no deployment could ever start, since no task may stop before "
            "another has started and none may start before one has stopped",
        )
    elif count and may_run <= stays:
        yield Finding(
            ("maximum_health_percent",),
            f"{most} % of {count} rounds down to {may_run}, and the minimum keeps {stays}: "
            "later deployments could never start a task; a maximum of 200 always works",
            is_warning=True,
        )


@rule("desired_count")
def _exported_count(inputs: DeployInputs) -> Iterator[Finding]:
    if inputs.desired_count is KeptCount.KEEP:
        yield Finding(
            ("desired_count",),
            "Keep cannot be exported: this step reads the running count when it deploys; give a number",
        )


@rule("deployment_type", "strategy_type")
def _type_fits_strategy(inputs: DeployInputs) -> Iterator[Finding]:
    strategy = inputs.strategy_type
    match inputs.deployment_type:
        case DeploymentType.ROLLING if strategy.shifts:
            advice = "choose Native, or the strategy Rolling"
        case DeploymentType.NATIVE if not strategy.shifts:
            advice = "choose BlueGreen, Canary or Linear there, or Rolling here"
        case DeploymentType.TASK_SETS if strategy is not StrategyType.KEEP:
            advice = "leave that at Keep: Continue gives task sets their shares, one after the other"
        case _:
            return
    yield Finding(
        ("deployment_type",), f"is {inputs.deployment_type}, and {STRATEGY}.Type is {strategy}; {advice}"
    )


@rule("deployment_type", "load_balancer_mappings")
def _one_balanced_container(inputs: DeployInputs) -> Iterator[Finding]:
    mappings = inputs.load_balancer_mappings
    if not inputs.has_task_sets:
        return
    if len(mappings) != 1:
        yield Finding(
            ("load_balancer_mappings",),
            f"has {len(mappings)} entries, and a service with task sets takes exactly one: its tasks are in "
            "one of the two target groups of the production rule",
        )
    for index, mapping in enumerate(mappings):
        if mapping.alternate_target_group_arn or mapping.infrastructure_role:
            yield Finding(
                ("load_balancer_mappings", index),
                "has members for a strategy of ECS; task sets take the target groups of the production rule, "
                f"which {TASK_SETS}.ProductionListenerRule may name",
            )


@rule("deployment_type", "circuit_breaker", "deployment_alarms", "wait_option")
def _not_with_task_sets(inputs: DeployInputs) -> Iterator[Finding]:
    if not inputs.has_task_sets:
        return
    if inputs.circuit_breaker or inputs.deployment_alarms:
        name = "CircuitBreaker" if inputs.circuit_breaker else "Alarms"
        yield Finding(
            ("deployment_type",), f"is TaskSets, of which ECS watches none: leave {DEPLOYMENT}.{name} empty"
        )
    if inputs.wait_option.type is Wait.DONT_WAIT:
        yield Finding(
            ("wait_option",), "must be to wait: this step makes the task set when the stack has the service"
        )


@rule("deployment_type", "test_header", "test_query", "production_rule")
def _only_with_task_sets(inputs: DeployInputs) -> Iterator[Finding]:
    if not inputs.has_task_sets and inputs.names_task_sets:
        yield Finding(
            ("deployment_type",),
            f"is not TaskSets; {TEST_TRAFFIC} and {TASK_SETS} are for TaskSets",
        )


@rule("deployment_type")
def _exported_type(inputs: DeployInputs) -> Iterator[Finding]:
    if inputs.has_task_sets:
        yield Finding(
            ("deployment_type",),
            "TaskSets cannot be exported: this step makes the task sets; a stack alone would run nothing",
        )


@rule("strategy_type", "pause_at")
def _no_pause_in_a_stack(inputs: DeployInputs) -> Iterator[Finding]:
    pauses = inputs.pause_at not in (None, (), (NO_PAUSE,))
    if pauses and inputs.strategy_type.shifts:
        yield Finding(
            ("pause_at",),
            "is not possible in a stack: it would be locked for as long as the deployment pauses, "
            "CloudFormation waits for 36 hours at most, and its own rollback may pause again; deploy with "
            "Update Amazon ECS Service",
        )


@rule("strategy_type", "canary_percent", "step_percent", "step_bake_minutes", "bake_minutes", "pause_at")
def _bakes_within_limit(inputs: DeployInputs) -> Iterator[Finding]:
    minutes = inputs.strategy.bake_minutes_in_all if inputs.strategy else 0
    if minutes > MAX_BAKE_MINUTES:
        yield Finding(
            ("bake_minutes",),
            f"makes {minutes:g} minutes with the bakes between steps, and CloudFormation takes at most "
            f"{MAX_BAKE_MINUTES} (33 hours)",
        )


@rule("strategy_type", "load_balancer_mappings")
def _traffic_to_shift(inputs: DeployInputs) -> Iterator[Finding]:
    kind = inputs.strategy_type
    if not kind.shifts:
        return
    if not inputs.load_balancer_mappings and kind is not StrategyType.BLUE_GREEN:
        yield Finding(("strategy_type",), f"is {kind}, which needs a load balancer whose traffic it shifts")
    for index, mapping in enumerate(inputs.load_balancer_mappings):
        if not mapping.can_shift:
            yield Finding(
                ("load_balancer_mappings", index),
                f"needs alternateTargetGroupArn, productionListenerRule and infrastructureRole for {kind}",
            )


def _load_balancer(arn: str) -> str:
    """Return the kind, the name and the id of the load balancer of a rule or a listener; else nothing."""
    is_known = not isinstance(arn, UnresolvedText) and (ALB_RULE.match(arn) or NLB_LISTENER.match(arn))
    return "/".join(arn.split("/")[1:4]) if is_known else ""


@item_rule(
    "load_balancer_mappings",
    "targetGroupArn",
    "alternateTargetGroupArn",
    "productionListenerRule",
    "testListenerRule",
    "infrastructureRole",
    accepts_expressions=True,
)
def _two_groups_and_rules(_: DeployInputs, mapping: LoadBalancerMapping) -> Iterator[Finding]:
    rules = {
        "productionListenerRule": mapping.production_listener_rule,
        "testListenerRule": mapping.test_listener_rule,
    }
    others = [*rules.values(), mapping.alternate_target_group_arn, mapping.infrastructure_role]
    if any(others) and not mapping.can_shift:
        yield Finding(
            (), "needs alternateTargetGroupArn, productionListenerRule and infrastructureRole together"
        )
    if mapping.alternate_target_group_arn == mapping.target_group_arn:
        yield Finding(("alternateTargetGroupArn",), "is the target group itself")
    if mapping.test_listener_rule and mapping.test_listener_rule == mapping.production_listener_rule:
        yield Finding(("testListenerRule",), "is the production rule itself")
    balancers = {_load_balancer(arn) for arn in rules.values() if isinstance(arn, str)}
    if len(balancers - {""}) > 1:
        yield Finding(("testListenerRule",), "is of another load balancer than the production rule")
    for name, arn in rules.items():
        is_known = arn is not None and not isinstance(arn, UnresolvedText)
        if is_known and not (ALB_RULE.fullmatch(arn or "") or NLB_LISTENER.fullmatch(arn or "")):
            yield Finding(
                (name,),
                "expected the ARN of a rule of an Application Load Balancer (listener-rule/app/...) or of a "
                "listener of a Network Load Balancer (listener/net/...)",
            )


@item_rule(
    "load_balancer_mappings",
    "containerName",
    "containerPort",
    also_depends_on=("containers.containerName", "containers.containerPortMappings"),
)
def _load_balancer_mapping(inputs: DeployInputs, mapping: LoadBalancerMapping) -> Iterator[Finding]:
    ports = inputs.container_ports
    if mapping.container_name not in ports:
        yield Finding(
            ("containerName",),
            f"names no container of this task: {mapping.container_name!a}; there are {listed(ports)}",
        )
    elif mapping.container_port not in ports[mapping.container_name]:
        known = listed(ports[mapping.container_name]) or "none"
        yield Finding(
            ("containerPort",),
            f"{mapping.container_port} is no port of container {mapping.container_name}; it has {known}",
        )


RULES: tuple[AnyRule[DeployInputs], ...] = (
    _stack_name,
    _logical_ids,
    _percents,
    *TASK_RULES,
    *CONTAINER_RULES,
    _load_balancer_mapping,
    _two_groups_and_rules,
    _traffic_to_shift,
    _no_pause_in_a_stack,
    _bakes_within_limit,
    _type_fits_strategy,
    _one_balanced_container,
    _not_with_task_sets,
    _only_with_task_sets,
    *TEST_TRAFFIC_RULES,
    *tag_rules(MAX_TAGS),
    *SERVICE_RULES,
)

# Images, stack and account belong to the step that deploys the exported template.
EXPORT_RULES = (
    *(rule for rule in RULES if rule not in (images_known, _stack_name, complete_account)),
    *EXPORTED_CONTAINER_RULES,
    _exported_count,
    _exported_type,
)
