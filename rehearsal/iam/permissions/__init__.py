"""What roles asked for in a rehearsal: allowed, denied, unused, and why each permission is needed."""
