"""SQLAlchemy tables and the rules that records obey."""
