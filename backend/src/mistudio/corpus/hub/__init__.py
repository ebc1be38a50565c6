"""Reads what a Hub repository holds, in a child process."""
