"""A pretend CloudFormation: stacks that take their time, say what they do, and roll back."""
