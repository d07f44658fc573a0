"""The control plane of MSK Connect, in front of real workers."""
