"""A fake Elastic Load Balancing: listeners and rules with live weights, and the targets of tasks."""
