"""Chaos: the whole life of a dataset under kills and failing file operations. ``make chaos`` runs the long form."""
