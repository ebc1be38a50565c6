"""Hostile input: requests, races, answers of the Hub, files, damaged states. ``make fuzz`` runs the long form."""
