"""Programs that a benchmark runs in a process of its own: ``common.measure.script`` gives the command."""
