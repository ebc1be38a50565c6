"""Random repositories, read by ``datasets.load_dataset`` and by this program, and how the two readings differ."""
