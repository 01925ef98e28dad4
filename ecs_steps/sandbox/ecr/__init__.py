"""The fake Amazon ECR: repositories are moto's, images and scans are the sandbox's own."""
