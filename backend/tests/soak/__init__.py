"""A long time of mixed load on one server, which must not grow. ``make soak`` runs half an hour."""
