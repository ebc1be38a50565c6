"""Mixes several datasets into one: chosen shares of rows, tokens or bytes, interleaved by a seed."""
