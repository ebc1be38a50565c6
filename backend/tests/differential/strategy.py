"""Draws random repositories, as people lay them out: mostly plain, with none to three odd things each."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from differential.cells import CELLS, ODD_FLAT, ODD_NESTED, PLAIN, TYPED
from differential.spec import RandomRepository, Shard
from differential.writers import FORMATS, PACKINGS, Cell, Format, Rows, Style

_NAMES: Final = ("content", "id", "label", "meta", "score")
# How the files of a split are called: {split}, {number} from 0, {count}, {end}.
_PATHS: Final = (
    "{split}-{number:05d}-of-{count:05d}{end}",
    "data/{split}-{number:05d}-of-{count:05d}{end}",
    "{split}/part-{number}{end}",
    "{split}/{number}{end}",
    "{split}_{number}{end}",
    "my-{split}-file-{number}{end}",
    "part-{number}-{split}{end}",
    "{number}{end}",
)
_SPLITS: Final = (
    ("train", "test"),
    ("train", "validation", "test"),
    ("train", "dev"),
    ("training", "eval"),
    ("train", "chat_v2"),
    ("tool-use",),
    ("chat_v2", "tool_use"),
)
_CSV_OPTIONS: Final[tuple[tuple[str, Cell], ...]] = (
    ("skiprows", 1),
    ("keep_default_na", False),
    ("on_bad_lines", "skip"),
    ("names", ["one", "two", "three"]),
    ("header", None),
    ("delimiter", ","),
    ("encoding", "latin-1"),
    ("na_values", ["yes"]),
)
_DTYPES: Final[tuple[Cell, ...]] = (
    "string",
    "int64",
    "int32",
    "float32",
    "float64",
    "bool",
    "large_string",
    "timestamp[s]",
    {"class_label": {"names": {"0": "no", "1": "yes"}}},
)


@dataclass
class _Draft:
    """A repository while it is drawn."""

    chance: random.Random
    format: Format
    packing: str = ""
    odd: set[str] = field(default_factory=set)
    options: dict[str, Cell] = field(default_factory=dict)
    template: str = _PATHS[0]
    splits: tuple[str, ...] = ("train",)
    schema: dict[str, str] = field(default_factory=dict)
    has_nulls: bool = False
    changes_shards: bool = False
    has_empty_shards: bool = False
    layout: str = ""
    card_options: dict[str, Cell] = field(default_factory=dict)
    has_features: bool = False
    wrong_suffix: str | None = None

    @property
    def is_delimited(self) -> bool:
        """Whether it is of CSV or the like."""
        return self.format.suffix in (".csv", ".tsv")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of columns that the format can have, beside the plain ones."""
        if self.format.suffix in (".parquet", ".arrow"):
            return TYPED
        return ODD_NESTED if self.format.is_nested else ODD_FLAT


def draw_repository(chance: random.Random) -> RandomRepository:
    """Draw one, whose files hold up to five rows each."""
    draft = _Draft(chance, chance.choice(FORMATS))
    count = 0 if draft.format.is_text_only else chance.randrange(4)
    draft.schema = {"text": "text", **{name: chance.choice(PLAIN) for name in chance.sample(_NAMES, count)}}
    for theme in chance.sample(_THEMES, chance.choice((0, 1, 1, 2, 2, 3))):
        theme(draft)
    return _made(draft)


def _odd_files(draft: _Draft) -> None:
    if draft.format.odd:
        draft.odd.add(draft.chance.choice(draft.format.odd))
    if "field" in draft.odd:
        draft.options["field"] = "rows"


def _packed(draft: _Draft) -> None:
    if draft.format.is_packed:
        draft.packing = draft.chance.choice((*PACKINGS, ".zip"))


def _odd_columns(draft: _Draft) -> None:
    if not draft.format.is_text_only:
        draft.schema[draft.chance.choice(_NAMES)] = draft.chance.choice(draft.kinds)


def _nulls(draft: _Draft) -> None:
    draft.has_nulls = True


def _other_paths(draft: _Draft) -> None:
    draft.template = draft.chance.choice(_PATHS)


def _more_splits(draft: _Draft) -> None:
    draft.splits = draft.chance.choice(_SPLITS)


def _changing_shards(draft: _Draft) -> None:
    draft.changes_shards = not draft.format.is_text_only


def _empty_shards(draft: _Draft) -> None:
    draft.has_empty_shards = True


def _laid_out(draft: _Draft) -> None:
    draft.layout = draft.chance.choice(("plain", "files", "configs", "folder", "globs"))


def _declared_options(draft: _Draft) -> None:
    chance = draft.chance
    if draft.is_delimited:
        written = chance.choice((("sep", ";"), ("sep", "|"), ("quotechar", "'"), None, None))
        if written is not None:
            draft.options[written[0]] = draft.card_options[written[0]] = written[1]
        else:
            name, value = chance.choice(_CSV_OPTIONS)
            draft.card_options[name] = value
    elif draft.format.is_text_only:
        draft.card_options["sample_by"] = chance.choice(("line", "paragraph", "document"))
    elif "field" in draft.format.odd:
        draft.odd |= {"field"}
        draft.options["field"] = draft.card_options["field"] = "rows"


def _features(draft: _Draft) -> None:
    draft.has_features = True


def _misnamed(draft: _Draft) -> None:
    suffixes = [one.suffix for one in FORMATS if one.suffix != draft.format.suffix]
    draft.wrong_suffix = draft.chance.choice([*suffixes, ""])


_THEMES: Final[tuple[Callable[[_Draft], None], ...]] = (
    _odd_files,
    _odd_files,
    _packed,
    _odd_columns,
    _odd_columns,
    _nulls,
    _other_paths,
    _more_splits,
    _changing_shards,
    _changing_shards,
    _empty_shards,
    _laid_out,
    _declared_options,
    _declared_options,
    _features,
    _misnamed,
)


def _made(draft: _Draft) -> RandomRepository:
    shards = _shards(draft)
    odd = set(draft.odd)
    if draft.wrong_suffix is not None:
        odd.add(f"{draft.format.suffix} named {draft.wrong_suffix or 'without ending'}")
    made = RandomRepository(
        format=draft.format,
        packing=draft.packing,
        style=Style(frozenset(odd), draft.options),
        shards=shards,
        strays=tuple(draft.chance.sample(("LICENSE", ".gitattributes", "notes.md"), draft.chance.randrange(2))),
    )
    return replace(made, card=_card(draft, shards))


def _shards(draft: _Draft) -> tuple[Shard, ...]:
    chance, shards = draft.chance, []
    suffix = draft.format.suffix if draft.wrong_suffix is None else draft.wrong_suffix
    for split in draft.splits:
        count = chance.randrange(2, 4) if draft.changes_shards else chance.randrange(1, 3)
        for number in range(count):
            schema = _changed(draft, number) if draft.changes_shards and chance.random() < 0.5 else draft.schema
            path = draft.template.format(split=split, number=number, count=count, end=suffix + draft.packing)
            is_empty = draft.has_empty_shards and chance.random() < 0.4
            rows = [] if is_empty and chance.random() < 0.5 else _rows(draft, schema)
            shards.append(Shard(split, path, rows, is_empty=is_empty and bool(rows)))
    if "{split}" not in draft.template:
        shards = list({shard.path: shard for shard in shards}.values())
    return tuple(shards)


def _changed(draft: _Draft, number: int) -> dict[str, str]:
    """The schema of a shard that differs from the others'."""
    chance, schema = draft.chance, draft.schema
    name = chance.choice(tuple(schema))
    how = chance.choice(("missing", "more", "order", "whole", "number", "text", "nothing"))
    if how == "missing" and len(schema) > 1:
        return {key: kind for key, kind in schema.items() if key != name}
    if how == "more":
        return {**schema, f"extra{number}": "whole"}
    if how == "order":
        return dict(reversed(schema.items()))
    return {**schema, name: how if how in CELLS else "whole"}


def _rows(draft: _Draft, schema: Mapping[str, str]) -> Rows:
    chance = draft.chance

    def cell(name: str, kind: str) -> Cell:
        is_null = draft.has_nulls and name != "text" and chance.random() < 0.4
        return None if is_null else CELLS[kind](chance)

    return [{name: cell(name, kind) for name, kind in schema.items()} for _row in range(chance.randrange(1, 6))]


def _card(draft: _Draft, shards: tuple[Shard, ...]) -> dict[str, Cell]:
    meta: dict[str, Cell] = {"license": "mit"}
    config: dict[str, Cell] = {"config_name": "default", **draft.card_options}
    paths: dict[str, list[Cell]] = {}
    for shard in shards:
        paths.setdefault(shard.split, []).append(shard.path)
    listed: list[Cell] = [{"split": split, "path": found} for split, found in paths.items()]
    if draft.layout in ("files", "configs"):
        config["data_files"] = listed
    if draft.layout == "globs":
        config["data_files"] = [{"split": split, "path": f"**/*{split}*"} for split in paths]
    if draft.layout == "folder":
        config["data_dir"] = shards[0].path.partition("/")[0] if "/" in shards[0].path else "."
    if draft.layout == "configs":
        meta["configs"] = [{**config, "default": True}, {"config_name": "other", "data_files": listed[:1]}]
    elif len(config) > 1:
        meta["configs"] = [config]
    if draft.has_features:
        meta["dataset_info"] = {"features": _declared_columns(draft)}
    return meta if len(meta) > 1 or draft.layout == "plain" else {}


def _declared_columns(draft: _Draft) -> list[Cell]:
    """A declaration of the columns, right or wrong."""
    right = {"text": "string", "whole": "int64", "number": "float64", "truth": "bool"}
    is_right = draft.chance.random() < 0.4
    return [
        {"name": name, "dtype": right.get(kind, "string") if is_right else draft.chance.choice(_DTYPES)}
        for name, kind in draft.schema.items()
    ]
