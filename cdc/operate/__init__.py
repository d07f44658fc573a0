"""What people do to running connectors, each a command."""
