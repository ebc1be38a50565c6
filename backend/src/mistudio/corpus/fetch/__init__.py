"""Bytes from the Hub to disk: resumable, verified, parallel."""
