"""Makes the Croissant document of a dataset from its manifest: its files with checksums, its columns with types.

Paths in it are relative to the dataset's folder. Saved there, the document lets any Croissant reader load the rows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.croissant.fields import FILES_ID, RECORDS_ID, make_field, quote_id
from mistudio.corpus.store.manifest import Manifest, RawFile
from mistudio.utils.text import format_count

_PARQUET: Final = "application/x-parquet"
_CONTEXT: Final[Mapping[str, Json]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "conformsTo": "dct:conformsTo",
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet"),
            *("format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField"),
            "transform",
        )
    },
}


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the record of a dataset knows beyond its manifest. ``repository_url`` is None for local data."""

    name: str
    text: str | None = None
    license: str | None = None
    tags: Sequence[str] = ()
    repository_url: str | None = None


def make_croissant(manifest: Manifest, schema: pa.Schema, described: Description) -> dict[str, Json]:
    """Return the document, in version 1.0 of the format; ``schema`` is that of the raw files."""
    files = [file for split in manifest.splits for file in split.files]
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **_describe(manifest, described),
        "distribution": [_describe_files(), *(_describe_file(file) for file in files)],
        "recordSet": [_describe_records(manifest, schema)],
    }


def _describe(manifest: Manifest, described: Description) -> dict[str, Json]:
    """Return the facts about the whole; what is not known is left out, not made up."""
    rows, splits = format_count(manifest.rows, "row"), ", ".join(split.name for split in manifest.splits)
    url = described.repository_url
    based = f"{url}/tree/{manifest.commit}" if url and manifest.commit else None
    facts: dict[str, Json] = {
        "name": described.name,
        "description": described.text or f"{described.name}: {rows} of text data. Splits: {splits}.",
        "license": described.license,
        "keywords": list(described.tags) or None,
        "url": url,
        "isBasedOn": based,
        "dateCreated": manifest.created_at,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _describe_files() -> dict[str, Json]:
    return {
        "@type": "cr:FileSet",
        "@id": FILES_ID,
        "name": FILES_ID,
        "description": "The Parquet files of all splits.",
        "encodingFormat": _PARQUET,
        "includes": "raw/*.parquet",
    }


def _describe_file(file: RawFile) -> dict[str, Json]:
    return {
        "@type": "cr:FileObject",
        "@id": quote_id(file.path, keep="/"),
        "name": file.path.rpartition("/")[2],
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": file.sha256,
    }


def _describe_records(manifest: Manifest, schema: pa.Schema) -> dict[str, Json]:
    splits = [split.name for split in manifest.splits]
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS_ID,
        "name": RECORDS_ID,
        "description": f"The rows of all splits: {', '.join(splits)}.",
        "field": [_split_field(splits, schema.names), *(make_field(column) for column in schema)],
    }


def _split_field(splits: Sequence[str], columns: Sequence[str]) -> dict[str, Json]:
    """Return the field that names a row's split, which its file's name has; no column has the same name."""
    name = "split"
    while name in columns:
        name = f"dataset_{name}"
    names = "|".join(re.escape(split) for split in splits)
    pattern = rf".*raw/({names})-\d{{5}}-of-\d{{5}}\.parquet$"
    described = {"@type": "cr:Field", "@id": f"{RECORDS_ID}/{name}", "name": name, "description": "The row's split."}
    source: dict[str, Json] = {"fileSet": {"@id": FILES_ID}, "extract": {"fileProperty": "fullpath"}}
    return {**described, "dataType": "sc:Text", "source": {**source, "transform": {"regex": pattern}}}
