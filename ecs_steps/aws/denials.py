"""What a person has to allow, from the text with which AWS denied it; pure."""

import re
from typing import Self

from attrs import frozen

# IAM's own text, whichever service or stack event it is part of; STS leaves the colon out.
_DENIED = re.compile(r"ot authorized to perform:? (?P<action>[\w-]+:\w+)(?: on resource: (?P<resource>\S+))?")
# CloudWatch Logs words it differently where a group is made with tags.
_DENIED_TAGGED = re.compile(r"additional permission \W?(?P<action>[\w-]+:\w+)\W? is required")
_EXPLICIT = "explicit deny"
# A policy of the role's own is "identity-based"; one that limits it from outside has no hyphen.
_LIMITED = re.compile(r"because no (?P<limit>[a-z ]+) allows")


@frozen(kw_only=True)
class Denial:
    """An action that was denied, and the resource that it was denied on."""

    action: str
    resource: str
    limit: str = ""
    """The kind of policy that limits the role from outside and lacks the action."""
    is_explicit: bool = False

    @classmethod
    def parse(cls, text: str, *, about: str) -> Self | None:
        """Return the denial in a text of AWS, if it is one; `about` is the resource where AWS names none."""
        denied = _DENIED.search(text) or _DENIED_TAGGED.search(text)
        if not denied:
            return None
        resource = (denied.groupdict().get("resource") or "").strip("\"',.;()")
        limited = _LIMITED.search(text)
        return cls(
            action=denied["action"],
            resource=resource or about,
            limit=limited["limit"] if limited else "",
            is_explicit=_EXPLICIT in text,
        )

    @property
    def next_step(self) -> str:
        """The policy that must change."""
        if self.is_explicit:
            return (
                f"An explicit deny of {self.action} on {self.resource} stands in the way; "
                "allowing it is not enough."
            )
        if self.limit:
            return (
                f"Allow {self.action} on {self.resource} in the {self.limit} of the role or user of this "
                "step as well; its own policies do not reach further."
            )
        return f"Allow {self.action} on {self.resource} for the role or user of this step."
