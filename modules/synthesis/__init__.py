"""The CDK: its bindings, HCL output and the provider lock file."""
