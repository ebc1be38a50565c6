"""Pages and searches, off the event loop."""
