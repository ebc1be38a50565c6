"""Small questions about text."""


def plural(count: int, noun: str, many: str | None = None) -> str:
    """``count`` with its noun, as a person writes it: 1 file, 2,000 files."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def shortened(text: str, limit: int) -> str:
    """``text``, or its first ``limit`` characters and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({plural(len(text) - limit, 'more character')})"
