"""A read-only Docker registry in which task definition families are packages, and revisions are versions.

HTTP -> request -> authentication -> route -> families (memory, or ECS within a budget) -> response

Octopus subscribes to it as a Docker container registry feed. `answer` is pure but for the families, which
hold what was read of ECS; servers are wrapped about it. See README.md beside this file.
"""

from ecs_steps.feed.command import add_feed_arguments, run_feed
from ecs_steps.feed.families import Families
from ecs_steps.feed.gateway import Gateway, wsgi_application
from ecs_steps.feed.images import Revision
from ecs_steps.feed.messages import Request, Response
from ecs_steps.feed.routes import answer
from ecs_steps.feed.server import FeedOptions, serve
from ecs_steps.feed.source import Page, Source

__all__ = [
    "Families",
    "FeedOptions",
    "Gateway",
    "Page",
    "Request",
    "Response",
    "Revision",
    "Source",
    "add_feed_arguments",
    "answer",
    "run_feed",
    "serve",
    "wsgi_application",
]
