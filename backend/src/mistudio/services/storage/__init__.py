"""Disk space, plan files and uploads in DATA_DIR."""
