"""Which engine turns texts into ids, and proof that it is right."""
