"""Processes on this machine: programs, Java, addresses, folders, logs."""
