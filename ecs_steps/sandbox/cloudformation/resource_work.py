"""What an operation does to one resource, and what its events say of it."""

from collections.abc import Mapping

from attrs import define, evolve, field

from ecs_steps.sandbox.cloudformation.course import Course, ResourceFailed
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, HandlerError, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Resource, Stack, Wanted, new_uuid
from ecs_steps.sandbox.scenario import Action, ResourceFate

_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


@define
class Fates:
    """The fates of a scenario's resources, and how often each has struck."""

    fates: tuple[ResourceFate, ...]
    _struck: dict[ResourceFate, int] = field(factory=dict)

    def strike(self, wanted: Wanted, action: Action) -> ResourceFate | None:
        """Return the fate that an action on a resource meets now."""
        for fate in self.fates:
            times = self._struck.get(fate, 0)
            if fate.resource not in {wanted.type, wanted.logical_id} or fate.on != action:
                continue
            if fate.times is None or times < fate.times:
                self._struck[fate] = times + 1
                return fate
        return None


@define(kw_only=True)
class ResourceWork:
    """Creates, changes and deletes the resources of one stack. Every course raises ResourceFailed."""

    stack: Stack
    account: Account
    types: Mapping[str, ResourceType]
    fates: Fates

    def create(self, resource: Resource) -> Course:
        """Create what is not there."""
        yield from self._make(resource, "CREATE", resource.wanted)

    def bring(self, resource: Resource, wanted: Wanted) -> Course:
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

    def restore(self, logical_id: str, former: Resource) -> Course:
        """Make a resource what it was before the update; what replaced it becomes a leftover."""
        resource = self.stack.resources[logical_id]
        if resource.physical_id != former.physical_id:
            if resource.physical_id:
                self.stack.leftovers.append(evolve(resource))
            resource.physical_id = former.physical_id
            resource.wanted = former.wanted
            self.stack.says_of(resource, "UPDATE_COMPLETE")
        else:
            yield from self._update(resource, former.wanted, "rollback")
        self.stack.touched.discard(logical_id)

    def delete(self, resource: Resource, *, keep: bool) -> Course:
        """Delete a resource, unless it is to be kept or was never there."""
        if not resource.physical_id:
            self.stack.says_of(resource, "DELETE_COMPLETE")
            return
        if keep:
            self.stack.says_of(resource, "DELETE_SKIPPED")
            return
        self.stack.says_of(resource, "DELETE_IN_PROGRESS")
        try:
            yield from self._meet_fate(resource.wanted, "delete")
            yield from self.types[resource.wanted.type].delete(resource.physical_id)
        except HandlerError as error:
            raise self._failed(resource, "DELETE_FAILED", error) from error
        self.stack.says_of(resource, "DELETE_COMPLETE")

    def _make(self, resource: Resource, verb: str, wanted: Wanted) -> Course:
        """Create a physical resource, be it the first one or one in the place of another."""
        former, resource.wanted = resource.wanted, wanted
        replaced = resource.physical_id
        self.stack.says_of(resource, f"{verb}_IN_PROGRESS", _REPLACING if replaced else "")

        def announce(physical_id: str) -> None:
            if replaced and not self._can_go_back_to(replaced):
                leftover = evolve(resource, wanted=former, deletion_policy=resource.update_replace_policy)
                self.stack.leftovers.append(leftover)
            resource.physical_id = physical_id
            self.stack.says_of(resource, f"{verb}_IN_PROGRESS", "Resource creation Initiated")

        try:
            yield from self._meet_fate(wanted, "update" if replaced else "create")
            yield from self.types[wanted.type].create(wanted, announce)
        except HandlerError as error:
            failed = self._failed(resource, f"{verb}_FAILED", error)
            if resource.physical_id == replaced:
                resource.wanted = former
            raise failed from error
        self.stack.says_of(resource, f"{verb}_COMPLETE")

    def _can_go_back_to(self, physical_id: str) -> bool:
        former = self.stack.former
        return former is not None and any(
            item.physical_id == physical_id for item in former.resources.values()
        )

    def _update(self, resource: Resource, wanted: Wanted, action: Action) -> Course:
        """Change a resource in place."""
        former, resource.wanted = resource.wanted, wanted
        self.stack.says_of(resource, "UPDATE_IN_PROGRESS")
        try:
            yield from self._meet_fate(wanted, action)
            yield from self.types[wanted.type].update(resource.physical_id, wanted, former)
        except HandlerError as error:
            failed = self._failed(resource, "UPDATE_FAILED", error)
            if error.refused:
                resource.wanted = former
            raise failed from error
        self.stack.says_of(resource, "UPDATE_COMPLETE")

    def _meet_fate(self, wanted: Wanted, action: Action) -> Course:
        if wanted.problem:
            raise HandlerError(wanted.problem, refused="Template")
        fate = self.fates.strike(wanted, action)
        if fate:
            yield fate.after
            raise HandlerError(fate.reason, fate.handler_error_code, refused="Fate")

    def _failed(self, resource: Resource, status: str, error: HandlerError) -> ResourceFailed:
        """Tell the failure of a resource; return what its course raises."""
        reason = error.message
        if error.code:
            token = new_uuid(self.account.ids)
            reason = (
                f'Resource handler returned message: "{error.message}" '
                f"(RequestToken: {token}, HandlerErrorCode: {error.code})"
            )
        self.stack.says_of(resource, status, reason)
        return ResourceFailed(resource.logical_id)
