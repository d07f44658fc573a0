"""Failed tasks of connectors are restarted: the Lambda function's own code, and the ZIP that is deployed."""
