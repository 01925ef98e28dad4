"""A read-only Docker registry in which task definition families are packages, and revisions are versions.

HTTP -> request -> authentication -> route -> families (memory, or ECS within a budget) -> response

Octopus subscribes to it as a Docker container registry feed. `answer` is pure but for the families, which
hold what was read of ECS; servers wrap it. See README.md.
"""
