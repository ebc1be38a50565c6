"""Values as JSON has them; what JSON lacks is written as text or null, and counted."""

import base64
import datetime
import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from mistudio.core.errors import Json

_TIMES = (datetime.date, datetime.datetime, datetime.time)


class PlainValues:
    """Converts values, and counts those of each column that are not what they were."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def convert(self, value: object, column: str) -> Json:
        """Return the value as JSON."""
        if value is None or isinstance(value, str | bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else self._note(None, column, "NaN or infinite numbers as null")
        if isinstance(value, list | tuple):
            return [self.convert(item, column) for item in value]
        if isinstance(value, dict):
            return {str(name): self.convert(item, column) for name, item in value.items()}
        return self._convert_other(value, column)

    def _convert_other(self, value: object, column: str) -> Json:
        if isinstance(value, bytes):
            return self._note(base64.b64encode(value).decode(), column, "bytes as Base64 text")
        if isinstance(value, Decimal):
            return self._note(str(value), column, "decimals as text")
        if isinstance(value, _TIMES):
            return self._note(value.isoformat(), column, "dates and times as ISO 8601 text")
        if isinstance(value, datetime.timedelta):
            return self._note(value.total_seconds(), column, "durations in seconds")
        return self._note(str(value), column, "values of other types as text")

    def _note(self, converted: Json, column: str, change: str) -> Json:
        self._counts[column, change] += 1
        return converted

    def notes(self) -> Iterator[str]:
        """Yield one sentence per column and kind of change."""
        for (column, change), count in sorted(self._counts.items()):
            yield f"Column {column}: {count:,} {change}."
