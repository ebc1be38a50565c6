"""Programs that benchmarks run in processes of their own; ``common.measure.process_command`` builds the command."""
