"""Octopus-style deployment steps for Amazon ECS."""

__version__ = "0.1.0"
