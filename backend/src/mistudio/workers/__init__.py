"""How work is run: the runner, the queues, and the handlers of each kind of job."""
