"""Union-find over numbered documents; the root of a cluster is its first document."""

import numpy as np

from mistudio.corpus.arrays import Ints


class Clusters:
    """Clusters of ``count`` documents, each at first by itself."""

    def __init__(self, count: int) -> None:
        self._parents: Ints = np.arange(count)

    def join(self, first: Ints, second: Ints) -> None:
        """Put each pair of documents into one cluster."""
        for one, other in zip(first.tolist(), second.tolist(), strict=True):
            low, high = sorted((self._find(one), self._find(other)))
            self._parents[high] = low

    def find_roots(self) -> Ints:
        """Return the first document of the cluster of each document."""
        while not np.array_equal(roots := self._parents[self._parents], self._parents):
            self._parents = roots
        return self._parents

    def find_roots_of(self, documents: Ints) -> Ints:
        """Return the first document of the cluster of each of ``documents``."""
        roots = self._parents[documents]
        while not np.array_equal(above := self._parents[roots], roots):
            roots = above
        self._parents[documents] = roots
        return roots

    def _find(self, document: int) -> int:
        parents = self._parents
        while (parent := int(parents[document])) != document:
            parents[document] = parents[parent]
            document = int(parents[document])
        return document
