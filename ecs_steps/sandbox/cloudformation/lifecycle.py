"""What happens to a stack from the request to the end of it: create, update, delete, and every way back."""

from collections.abc import Callable, Container, Generator, Mapping
from collections.abc import Set as AbstractSet
from typing import Self

from attrs import define, evolve

from ecs_steps.sandbox.cloudformation.names import declared_resource, outputs_of, scope_of, wanted_of
from ecs_steps.sandbox.cloudformation.resource_work import ResourceFailurePlans, ResourceWork
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Resource, Stack
from ecs_steps.sandbox.coroutine import Coroutine, Walk

_STEP = 0.5
"""Seconds between two things that CloudFormation does itself."""


@define(kw_only=True)
class Lifecycle:
    """The coroutines of one stack. None of them raises: they end in one of CloudFormation's statuses."""

    stack: Stack
    account: Account
    types: Mapping[str, ResourceType]
    work: ResourceWork

    @classmethod
    def of(
        cls,
        stack: Stack,
        account: Account,
        types: Mapping[str, ResourceType],
        failure_plans: ResourceFailurePlans,
    ) -> Self:
        work = ResourceWork(stack=stack, account=account, types=types, failure_plans=failure_plans)
        return cls(stack=stack, account=account, types=types, work=work)

    def creation(self) -> Coroutine:
        """Create everything, or end as the stack's `on_failure` has it."""
        stack = self.stack
        stack.record("CREATE_IN_PROGRESS", "User Initiated")
        yield _STEP
        failed = yield from self._walk(self._declared(), self._bring)
        if not failed:
            self._finish("CREATE_COMPLETE")
            return
        text = self._failures(failed)
        match stack.on_failure:
            case "DO_NOTHING":
                stack.record("CREATE_FAILED", text)
            case "DELETE":
                yield from self.deletion(f"{text}Delete requested by user.")
            case _:
                yield from self._undo_creation(f"{text}Rollback requested by user.")

    def update(self) -> Coroutine:
        """Bring every resource to the new revision, or go back to the former one."""
        stack = self.stack
        stack.record("UPDATE_IN_PROGRESS", "User Initiated")
        yield _STEP
        failed = yield from self._walk(self._declared(), self._bring)
        if failed:
            text = self._failures(failed)
            if stack.on_failure == "DO_NOTHING":
                stack.record("UPDATE_FAILED", text)
            else:
                yield from self.undo_update(text)
            return
        stack.record("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        yield _STEP
        stack.leftovers += self._replaced()
        stack.leftovers += self._pop_all_but(self._declared())
        yield from self._clean_up()
        stack.former = None
        stack.touched.clear()
        self._finish("UPDATE_COMPLETE")

    def undo_update(self, reason: str, skipped: AbstractSet[str] = frozenset()) -> Coroutine:
        """Go back to the former revision; what is skipped is taken for restored."""
        stack = self.stack
        former = stack.former or evolve(stack.revision)
        stack.record("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        yield _STEP
        stack.touched -= skipped
        todo = {name: item.needs for name, item in former.resources.items() if name in stack.touched}
        failed = yield from self._walk(todo, lambda name: self.work.restore(name, former.resources[name]))
        if failed:
            stack.record("UPDATE_ROLLBACK_FAILED", self._failures(failed))
            return
        stack.record("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        yield _STEP
        stack.leftovers += self._pop_all_but(former.resources)
        stack.revision = evolve(former, resources=stack.resources)
        yield from self._clean_up(undoing=True)
        stack.former = None
        stack.touched.clear()
        stack.record("UPDATE_ROLLBACK_COMPLETE")

    def deletion(self, reason: str, retained: AbstractSet[str] = frozenset()) -> Coroutine:
        """Delete everything that the stack or a failed operation of it has left."""
        stack = self.stack
        stack.record("DELETE_IN_PROGRESS", reason)
        yield _STEP
        stack.leftovers += self._replaced()
        stack.former = None
        yield from self._clean_up()
        failed = yield from self._delete_all(retained, undoing=False)
        if failed:
            stack.record("DELETE_FAILED", self._failures(failed))
            return
        stack.deleted_at = self.account.timeline.now
        stack.record("DELETE_COMPLETE")

    def interrupt(self) -> None:
        """Mark every resource in progress as cancelled."""
        for resource in self.stack.resources.values():
            verb, _, state = resource.status.partition("_")
            if state == "IN_PROGRESS" and verb in {"CREATE", "UPDATE"}:
                what = "creation" if verb == "CREATE" else "update"
                self.stack.record_resource(resource, f"{verb}_FAILED", f"Resource {what} cancelled")

    def _undo_creation(self, reason: str) -> Coroutine:
        stack = self.stack
        stack.record("ROLLBACK_IN_PROGRESS", reason)
        yield _STEP
        failed = yield from self._delete_all(frozenset(), undoing=True)
        if failed:
            stack.record("ROLLBACK_FAILED", self._failures(failed))
        else:
            stack.record("ROLLBACK_COMPLETE")

    def _declared(self) -> dict[str, frozenset[str]]:
        return {name: item.needs for name, item in self.stack.revision.template.resources.items()}

    def _bring(self, logical_id: str) -> Coroutine:
        """Create or change one resource; what it refers to is there by now."""
        stack = self.stack
        declaration = stack.revision.template.resources[logical_id]
        wanted = wanted_of(declaration, stack, scope_of(stack, self.account, self.types))
        resource = stack.resources.get(logical_id)
        if resource is None or not resource.physical_id:
            resource = stack.resources[logical_id] = declared_resource(declaration, wanted)
            yield from self.work.create(resource)
            return
        resource.needs = declaration.needs
        resource.deletion_policy = declaration.deletion_policy
        resource.update_replace_policy = declaration.update_replace_policy
        yield from self.work.bring(resource, wanted)

    def _walk(
        self,
        needs: Mapping[str, AbstractSet[str]],
        start: Callable[[str], Coroutine],
        *,
        stop_early: bool = True,
    ) -> Generator[float, None, list[str]]:
        walk = Walk(needs=needs, start=start, timeline=self.account.timeline, stop_early=stop_early)
        yield from walk.coroutine()
        if walk.cut_off:
            self.interrupt()
        return walk.failed + walk.cut_off

    def _delete_all(self, retained: AbstractSet[str], *, undoing: bool) -> Generator[float, None, list[str]]:
        resources = {
            name: item for name, item in self.stack.resources.items() if item.status != "DELETE_COMPLETE"
        }
        return (yield from self._delete(resources, retained, undoing=undoing))

    def _clean_up(self, *, undoing: bool = False) -> Coroutine:
        """Delete the leftovers; one that cannot be deleted is forgotten, as CloudFormation does."""
        leftovers = {item.physical_id: item for item in self.stack.leftovers}
        yield from self._delete(leftovers, frozenset(), undoing=undoing)
        self.stack.leftovers.clear()

    def _delete(
        self, resources: Mapping[str, Resource], retained: AbstractSet[str], *, undoing: bool
    ) -> Generator[float, None, list[str]]:
        """Delete what nothing else needs first."""

        def delete(key: str) -> Coroutine:
            item = resources[key]
            keep = item.logical_id in retained or item.deletion_policy in (
                {"Retain"} if undoing else {"Retain", "RetainExceptOnCreate"}
            )
            return self.work.delete(item, keep=keep)

        needed_by = {
            key: {other for other, user in resources.items() if item.logical_id in user.needs}
            for key, item in resources.items()
        }
        return (yield from self._walk(needed_by, delete, stop_early=False))

    def _replaced(self) -> list[Resource]:
        """Return what the former revision had and a new physical resource has taken the place of."""
        former, now = self.stack.former, self.stack.resources
        return [
            evolve(item, deletion_policy=now[name].update_replace_policy)
            for name, item in (former.resources if former else {}).items()
            if name in now and item.physical_id and item.physical_id != now[name].physical_id
        ]

    def _failures(self, failed: list[str]) -> str:
        by_verb: dict[str, list[str]] = {}
        for name in failed:
            verb = self.stack.resources[name].status.partition("_")[0].lower()
            by_verb.setdefault(verb, []).append(name)
        return "".join(
            f"The following resource(s) failed to {verb}: [{', '.join(by_verb[verb])}]. "
            for verb in ("create", "update", "delete")
            if verb in by_verb
        )

    def _pop_all_but(self, kept: Container[str]) -> list[Resource]:
        resources = self.stack.resources
        return [resources.pop(name) for name in list(resources) if name not in kept]

    def _finish(self, status: str) -> None:
        self.stack.outputs = outputs_of(self.stack.revision, scope_of(self.stack, self.account, self.types))
        self.stack.record(status)
