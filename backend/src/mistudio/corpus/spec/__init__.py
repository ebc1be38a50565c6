"""What was asked of a tokenization, and what it resolves to."""
