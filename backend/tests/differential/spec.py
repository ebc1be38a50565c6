"""A random repository as it was drawn, from which its files are made, and which can be made smaller."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from differential.writers import PACKINGS, Cell, Format, Rows, Style, zipped


@dataclass(frozen=True)
class Shard:
    """One file of a split, and the rows that it holds."""

    split: str
    path: str
    rows: Rows
    is_empty: bool = False

    def without_row(self, number: int) -> "Shard":
        """Return the shard without one of its rows."""
        return replace(self, rows=[row for at, row in enumerate(self.rows) if at != number])

    def without_column(self, name: str) -> "Shard":
        """Return the shard without a column."""
        return replace(self, rows=[{key: cell for key, cell in row.items() if key != name} for row in self.rows])


@dataclass(frozen=True)
class RandomRepository:
    """What was drawn; ``files`` makes the files."""

    format: Format
    packing: str
    style: Style
    shards: tuple[Shard, ...]
    card: Mapping[str, Cell] = field(default_factory=dict)
    strays: tuple[str, ...] = ()

    def files(self) -> dict[str, bytes]:
        """Return the content of each file by its path."""
        files = {shard.path: self._content(shard) for shard in self.shards}
        if self.card:
            meta = yaml.safe_dump(dict(self.card), allow_unicode=True, sort_keys=False)
            files["README.md"] = f"---\n{meta}---\n# A dataset\n".encode()
        return files | dict.fromkeys(self.strays, b"Nothing to be read as data.\n")

    def _content(self, shard: Shard) -> bytes:
        content = b"" if shard.is_empty else self.format.write(shard.rows, self.style)
        return zipped(content) if self.packing == ".zip" else PACKINGS[self.packing](content)

    @property
    def kind(self) -> str:
        """The format and the packing, in one word."""
        return f"{self.format.suffix[1:]}{self.packing}"

    def about(self) -> str:
        """Return everything in one line, for the report of a difference."""
        shards = "; ".join(f"{shard.path}={'(0 bytes)' if shard.is_empty else shard.rows}" for shard in self.shards)
        odd = f" odd={sorted(self.style.odd)}" if self.style.odd else ""
        options = f" options={dict(self.style.options)}" if self.style.options else ""
        return f"{shards}{odd}{options} card={dict(self.card)}"

    def smaller(self) -> Iterator["RandomRepository"]:
        """Draw what is left where one thing is taken away."""
        if self.strays:
            yield replace(self, strays=())
        yield from (replace(self, card=rest) for rest in _smaller_card(self.card))
        for odd in self.style.odd:
            yield replace(self, style=replace(self.style, odd=self.style.odd - {odd}))
        if len(self.shards) > 1:
            yield from (replace(self, shards=_without(self.shards, number)) for number in range(len(self.shards)))
        for number, shard in enumerate(self.shards):
            kept = [shard.without_row(at) for at in range(len(shard.rows)) if len(shard.rows) > 1]
            yield from (replace(self, shards=_with(self.shards, number, one)) for one in kept)
        for name in sorted({name for shard in self.shards for row in shard.rows for name in row}):
            fewer = tuple(shard.without_column(name) for shard in self.shards)
            if all(row for shard in fewer for row in shard.rows):
                yield replace(self, shards=fewer)
        if self.packing and self.packing != ".zip":
            shards = tuple(replace(shard, path=shard.path.removesuffix(self.packing)) for shard in self.shards)
            yield replace(self, packing="", shards=shards)


_ABSENT: Final[Mapping[str, Cell]] = {}


def _smaller_card(card: Mapping[str, Cell]) -> Iterator[Mapping[str, Cell]]:
    if card:
        yield _ABSENT
    for name in card:
        if len(card) > 1:
            yield {key: value for key, value in card.items() if key != name}


def _without(shards: tuple[Shard, ...], number: int) -> tuple[Shard, ...]:
    return (*shards[:number], *shards[number + 1 :])


def _with(shards: tuple[Shard, ...], number: int, shard: Shard) -> tuple[Shard, ...]:
    return (*shards[:number], shard, *shards[number + 1 :])
