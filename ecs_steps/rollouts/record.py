"""ECS' own record of one deployment: found once, read often, and done without where it cannot be had."""

from attrs import define, field

from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.service_deployments import (
    ServiceDeployment,
    describe_service_deployment,
    find_service_deployment,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level

MAX_ATTEMPTS_TO_FIND = 3


@define
class DeploymentRecord:
    """The record of a deployment; `arn` is empty until it is found."""

    cluster: str
    service: str
    target: DeploymentRef
    context: DeploymentContext
    arn: str = ""
    _attempts_left: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        # Without the id of a deployment its record cannot be distinguished from another's.
        self._attempts_left = MAX_ATTEMPTS_TO_FIND if self.target.deployment_id else 0

    def read(self) -> ServiceDeployment | None:
        """Return the deployment as ECS records it; none where DescribeServices has to do.

        Which of the two it is, is decided once.

        Raises:
            AwsCallError: It cannot be read for a passing reason.
        """
        try:
            if not self.arn and self._attempts_left:
                self._attempts_left -= 1
                self.arn = self._find()
            return describe_service_deployment(self.context.aws, self.arn) if self.arn else None
        except AwsCallError as error:
            if error.transient and (self.arn or self._attempts_left):
                raise
            self._give_up(str(error))
            return None

    def _find(self) -> str:
        found = find_service_deployment(
            self.context.aws, self.cluster, self.service, self.target.deployment_id
        )
        if not found and not self._attempts_left:
            self._give_up("ECS has no record of it")
        return found or ""

    def _give_up(self, why: str) -> None:
        self.arn, self._attempts_left = "", 0
        self.context.say(
            Level.VERBOSE, f"Watching {self.target.deployment_id} through DescribeServices alone. {why}"
        )
