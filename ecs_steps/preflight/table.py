"""The table of checks of a deployment, in the order in which a deployment would fail."""

from ecs_steps.context import DeploymentContext
from ecs_steps.preflight.check import Check, CheckTable, run_checks
from ecs_steps.preflight.cluster_checks import (
    check_cluster,
    check_guard,
    check_log_groups,
    check_quotas,
    check_service,
    check_stack,
)
from ecs_steps.preflight.image_checks import check_images
from ecs_steps.preflight.network_checks import (
    check_file_systems,
    check_network,
    check_route,
    check_target_groups,
)
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.preflight.role_checks import check_permissions, check_roles, check_secrets

WITHOUT_A_PLAN = (
    Check("cluster", check_cluster),
    Check("environment", check_guard),
    Check("service", check_service),
    Check("permissions", check_permissions),
)
"""What can be checked where the service cannot be deployed."""

CHECKS = (
    *WITHOUT_A_PLAN,
    Check("stack", check_stack),
    Check("roles", check_roles),
    Check("secrets", check_secrets),
    Check("images", check_images),
    Check("network", check_network),
    Check("route", check_route),
    Check("target groups", check_target_groups),
    Check("file systems", check_file_systems),
    Check("log groups", check_log_groups),
    Check("quotas", check_quotas),
)


def preflight(plan: TaskPlan, context: DeploymentContext) -> CheckTable:
    """Run every check of a deployment; AWS is only read."""
    return run_checks(WITHOUT_A_PLAN if plan.obstacle else CHECKS, plan, context)
