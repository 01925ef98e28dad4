"""A fake CloudFormation: stacks that take time, write events and roll back."""
