"""A finished tokenization: manifest, rows, ledger, audit, trace."""
