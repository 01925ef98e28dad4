"""Have two target groups, a production rule and a test rule: read, make what comes next, read again."""

from attrs import Factory, evolve, field, frozen

from ecs_steps.aws.elbv2 import NewTargetGroup, create_target_group, find_target_group, vpc_of
from ecs_steps.aws.listener_rules import (
    PRIORITY_IN_USE,
    ListenerRule,
    create_rule,
    rules_of,
    tags_of,
    write_rule,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.traffic import shared_actions
from ecs_steps.steps.prepare_traffic.inputs import TRAFFIC, PrepareTrafficInputs
from ecs_steps.steps.prepare_traffic.plan import (
    COLOURS,
    PREPARED_TEST_RULE_TAG,
    PRODUCTION_RULE_TAG,
    TARGET_GROUP_TAG,
    ChangeTestRule,
    MakeGroup,
    MakeRule,
    Move,
    ShareWith,
    Traffic,
    next_move,
)
from ecs_steps.tags import MAX_TAGS, Tag

MAX_MOVES = 20
TAKEN = (PRIORITY_IN_USE, "DuplicateTargetGroupName")
QUOTAS = ("TooManyRules", "TooManyTargetGroups", "TooManyUniqueTargetGroupsPerLoadBalancer", "TooManyTags")
_MADE = StillRunning(
    what="What was made so far stays, and the next run continues with it",
    watch="run the step again",
    undo=f"delete the rules and target groups with the tags {PRODUCTION_RULE_TAG}, {PREPARED_TEST_RULE_TAG} "
    f"and {TARGET_GROUP_TAG}",
)


@frozen(kw_only=True)
class Preparation:
    """One preparation of the step's inputs, and the outputs known so far."""

    inputs: PrepareTrafficInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))
    _begun: list[Move] = field(init=False, factory=list)
    """The moves whose calls were sent: a cancelled one may have been carried out."""

    def run(self) -> Result:
        """Make what is missing, one after the other.

        Raises:
            NotFoundError: There is no such listener.
            DeploymentError: Something of this name is not to be used, or another process changes it.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        inputs, context = self.inputs, self.context
        with self.outputs.attach_to_errors(lambda _: _MADE if self._begun else None):
            check_environment(inputs.guard, context)
            self.outputs.set(Region=context.aws.region, ListenerArn=inputs.listener)
            for _ in range(MAX_MOVES):
                if context.call_with_retries("the listener's rules", self._advance) is None:
                    return self.outputs.result(Outcome.SUCCEEDED if self._begun else Outcome.UNCHANGED)
        raise DeploymentError(
            what="The traffic could not be prepared",
            why=f"another process changed the listener's rules each of the {MAX_MOVES} times that this step "
            "read them",
            next_step="Let one preparation at a time run for this listener.",
        )

    def _advance(self) -> Move | None:
        """Make the next move; after a lost reply the next read shows whether it was made."""
        traffic = self._read()
        self._put_out(traffic)
        move = next_move(traffic, self.inputs)
        if move:
            self.context.say(Level.INFO, f"Making {move}")
            self._begun.append(move)
            try:
                self._make(move)
            except AwsCallError as error:
                if error.code not in TAKEN and not error.transient:
                    self._begun.pop()
                if error.code in QUOTAS:
                    raise evolve(error, next_step=_raise_quota(move)) from error
                if error.code not in TAKEN:
                    raise
                # By another process, or by this very call: its reply may have been lost.
                self.context.say(Level.VERBOSE, f"{error}; the listener is read again")
        return move

    def _read(self) -> Traffic:
        aws, name = self.context.aws, self.inputs.name
        rules = self._read_rules()
        tags = tags_of(aws, [rule.arn for rule in rules if not rule.is_default])
        found = {
            key: next((rule for rule in rules if tags.get(rule.arn, {}).get(key) == name), None)
            for key in (PRODUCTION_RULE_TAG, PREPARED_TEST_RULE_TAG)
        }
        blue, green = (self._find_group(f"{name}-{colour}") for colour in COLOURS)
        return Traffic(
            rules=rules,
            production=found[PRODUCTION_RULE_TAG],
            test=found[PREPARED_TEST_RULE_TAG],
            named=(blue, green),
        )

    def _read_rules(self) -> tuple[ListenerRule, ...]:
        try:
            return tuple(rules_of(self.context.aws, self.inputs.listener))
        except AwsCallError as error:
            if error.code != "ListenerNotFound":
                raise
            raise NotFoundError(
                what=f"Listener {self.inputs.listener} was not found",
                why="its load balancer has none of that ARN, in this account and region",
                next_step="Check the ARN (aws elbv2 describe-listeners). Nothing was changed.",
            ) from error

    def _find_group(self, group_name: str) -> str:
        """Return the ARN of a target group that this step has made; empty where there is none.

        Raises:
            DeploymentError: There is one that it has not made.
        """
        arn = find_target_group(self.context.aws, group_name)
        if arn and tags_of(self.context.aws, [arn])[arn].get(TARGET_GROUP_TAG) != self.inputs.name:
            raise DeploymentError(
                what=f"Target group {group_name} exists already",
                why=f"it has no tag {TARGET_GROUP_TAG}={self.inputs.name}: this step has not made it",
                next_step=f"Choose another {TRAFFIC}.Name, or tag the group so where it is to be used.",
            )
        return arn

    def _make(self, move: Move) -> None:
        aws, inputs = self.context.aws, self.inputs
        match move:
            case MakeGroup(name=name):
                new = NewTargetGroup(
                    name=name,
                    vpc=vpc_of(aws, inputs.load_balancer),
                    protocol=inputs.protocol,
                    port=inputs.port,
                    health_check_path=inputs.health_check_path,
                )
                create_target_group(aws, new, self._tags(TARGET_GROUP_TAG))
            case MakeRule():
                create_rule(
                    aws,
                    inputs.listener,
                    priority=move.priority,
                    conditions=move.conditions,
                    actions=move.actions,
                    tags=self._tags(move.tag),
                )
            case ShareWith(rule=rule, group=group):
                # One group alone has all of the traffic, whatever its weight is.
                shares = dict.fromkeys(rule.weights, 100) | {group: 0}
                write_rule(aws, rule, shared_actions(rule, shares))
            case ChangeTestRule(rule=rule):
                write_rule(aws, rule, move.actions, conditions=move.conditions)

    def _tags(self, key: str) -> tuple[Tag, ...]:
        return (*self.inputs.default_tags[: MAX_TAGS - 1], Tag(key, self.inputs.name))

    def _put_out(self, traffic: Traffic) -> None:
        first, second = traffic.groups
        values = {
            "TargetGroupArn": first,
            "AlternateTargetGroupArn": second,
            "ProductionListenerRule": traffic.production.arn if traffic.production else "",
            "TestListenerRule": traffic.test.arn if traffic.test else "",
        }
        self.outputs.set(**{name: value for name, value in values.items() if value})


def _raise_quota(move: Move) -> str:
    return f"Raise the quota of Elastic Load Balancing, or delete what is not used: {move} does not fit."
