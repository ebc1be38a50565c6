"""A finished tokenization for training: batches, masks of special tokens, contexts, and where tokens occur."""
