"""A fake ECS: clusters, task definitions, services, their deployments and tasks, on a timeline."""
