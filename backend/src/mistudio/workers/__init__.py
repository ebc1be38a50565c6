"""Runs jobs: the queues that bring them, the child processes, and the handler of each kind."""
