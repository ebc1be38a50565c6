"""Describes a dataset in Croissant, the metadata format of MLCommons for datasets."""

from mistudio.corpus.croissant.document import Description, make_croissant

__all__ = ["Description", "make_croissant"]
