"""What an operation does to one resource, and the events it writes."""

from collections.abc import Mapping

from attrs import define, evolve, field

from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, HandlerError, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Resource, Stack, Wanted, new_uuid
from ecs_steps.sandbox.coroutine import Coroutine, ResourceFailed
from ecs_steps.sandbox.scenario import Action, ResourceFailurePlan

_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


@define
class ResourceFailurePlans:
    """The failure plans of a scenario's resources, and how often each has been applied."""

    failure_plans: tuple[ResourceFailurePlan, ...]
    _applied: dict[ResourceFailurePlan, int] = field(factory=dict)

    def next_plan(self, wanted: Wanted, action: Action) -> ResourceFailurePlan | None:
        """Return the failure plan for an action on a resource, if any."""
        for failure_plan in self.failure_plans:
            times = self._applied.get(failure_plan, 0)
            if failure_plan.resource not in {wanted.type, wanted.logical_id} or failure_plan.on != action:
                continue
            if failure_plan.times is None or times < failure_plan.times:
                self._applied[failure_plan] = times + 1
                return failure_plan
        return None


@define(kw_only=True)
class ResourceWork:
    """Creates, changes and deletes the resources of one stack. Every coroutine raises ResourceFailed."""

    stack: Stack
    account: Account
    types: Mapping[str, ResourceType]
    failure_plans: ResourceFailurePlans

    def create(self, resource: Resource) -> Coroutine:
        """Create what is not there."""
        yield from self._make(resource, "CREATE", resource.wanted)

    def bring(self, resource: Resource, wanted: Wanted) -> Coroutine:
        """Change a resource into what is wanted: not at all, in place, or by a new physical resource."""
        former = resource.wanted
        if former == wanted and not resource.status.endswith("_FAILED"):
            return
        self.stack.touched.add(resource.logical_id)
        kind = self.types[wanted.type]
        changed = {
            name
            for name in wanted.properties.keys() | former.properties.keys()
            if wanted.properties.get(name) != former.properties.get(name)
        }
        if not changed & kind.create_only:
            yield from self._update(resource, wanted, "update")
            return
        own_name = wanted.properties.get(kind.name_property)
        if own_name and kind.name_property not in changed:
            text = "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            error = HandlerError(f"{text}Rename {own_name} and update the stack again.")
            raise self._failed(resource, "UPDATE_FAILED", error)
        yield from self._make(resource, "UPDATE", wanted)

    def restore(self, logical_id: str, former: Resource) -> Coroutine:
        """Make a resource what it was before the update; what replaced it becomes a leftover."""
        resource = self.stack.resources[logical_id]
        if resource.physical_id != former.physical_id:
            if resource.physical_id:
                self.stack.leftovers.append(evolve(resource))
            resource.physical_id = former.physical_id
            resource.wanted = former.wanted
            self.stack.record_resource(resource, "UPDATE_COMPLETE")
        else:
            yield from self._update(resource, former.wanted, "rollback")
        self.stack.touched.discard(logical_id)

    def delete(self, resource: Resource, *, keep: bool) -> Coroutine:
        """Delete a resource, unless it is to be kept or was never there."""
        if not resource.physical_id:
            self.stack.record_resource(resource, "DELETE_COMPLETE")
            return
        if keep:
            self.stack.record_resource(resource, "DELETE_SKIPPED")
            return
        self.stack.record_resource(resource, "DELETE_IN_PROGRESS")
        try:
            yield from self._fail_as_planned(resource.wanted, "delete")
            yield from self.types[resource.wanted.type].delete(resource.physical_id)
        except HandlerError as error:
            raise self._failed(resource, "DELETE_FAILED", error) from error
        self.stack.record_resource(resource, "DELETE_COMPLETE")

    def _make(self, resource: Resource, verb: str, wanted: Wanted) -> Coroutine:
        """Create a physical resource, be it the first one or one in the place of another."""
        former, resource.wanted = resource.wanted, wanted
        replaced = resource.physical_id
        self.stack.record_resource(resource, f"{verb}_IN_PROGRESS", _REPLACING if replaced else "")

        def announce(physical_id: str) -> None:
            if replaced and not self._can_go_back_to(replaced):
                leftover = evolve(resource, wanted=former, deletion_policy=resource.update_replace_policy)
                self.stack.leftovers.append(leftover)
            resource.physical_id = physical_id
            self.stack.record_resource(resource, f"{verb}_IN_PROGRESS", "Resource creation Initiated")

        try:
            yield from self._fail_as_planned(wanted, "update" if replaced else "create")
            yield from self.types[wanted.type].create(wanted, announce)
        except HandlerError as error:
            failed = self._failed(resource, f"{verb}_FAILED", error)
            if resource.physical_id == replaced:
                resource.wanted = former
            raise failed from error
        self.stack.record_resource(resource, f"{verb}_COMPLETE")

    def _can_go_back_to(self, physical_id: str) -> bool:
        former = self.stack.former
        return former is not None and any(
            item.physical_id == physical_id for item in former.resources.values()
        )

    def _update(self, resource: Resource, wanted: Wanted, action: Action) -> Coroutine:
        """Change a resource in place."""
        former, resource.wanted = resource.wanted, wanted
        self.stack.record_resource(resource, "UPDATE_IN_PROGRESS")
        try:
            yield from self._fail_as_planned(wanted, action)
            yield from self.types[wanted.type].update(resource.physical_id, wanted, former)
        except HandlerError as error:
            failed = self._failed(resource, "UPDATE_FAILED", error)
            if error.refused:
                resource.wanted = former
            raise failed from error
        self.stack.record_resource(resource, "UPDATE_COMPLETE")

    def _fail_as_planned(self, wanted: Wanted, action: Action) -> Coroutine:
        if wanted.problem:
            raise HandlerError(wanted.problem, refused="Template")
        failure_plan = self.failure_plans.next_plan(wanted, action)
        if failure_plan:
            yield failure_plan.after
            raise HandlerError(failure_plan.reason, failure_plan.handler_error_code, refused="FailurePlan")

    def _failed(self, resource: Resource, status: str, error: HandlerError) -> ResourceFailed:
        """Record the failure of a resource; return what its coroutine raises."""
        reason = error.message
        if error.code:
            token = new_uuid(self.account.ids)
            reason = (
                f'Resource handler returned message: "{error.message}" '
                f"(RequestToken: {token}, HandlerErrorCode: {error.code})"
            )
        self.stack.record_resource(resource, status, reason)
        return ResourceFailed(resource.logical_id)
