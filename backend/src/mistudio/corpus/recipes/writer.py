"""Writes recipes as YAML that ``parse_document`` reads back as the same values."""

import json
from collections.abc import Mapping

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.core.errors import Json
from mistudio.corpus.recipes.document import list_resolvers


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # a library without types
    """Quotes texts that either YAML or ``parse_document`` would read as another type."""

    def ignore_aliases(self, data: object) -> bool:
        """Write equal values twice."""
        return True


_Dumper.yaml_implicit_resolvers = {
    first: [*known, *list_resolvers().get(first, [])]
    for first, known in {
        **{character: [] for character in list_resolvers()},
        **yaml.SafeDumper.yaml_implicit_resolvers,
    }.items()
}


def write_recipe(recipe: Mapping[str, Json]) -> str:
    """Return the YAML of a recipe."""
    plain = json.loads(json.dumps(recipe))
    return str(yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))
