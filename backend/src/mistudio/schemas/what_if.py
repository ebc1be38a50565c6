"""Shapes of what settings would cost; the figures are those of ``mistudio.corpus.tokenize.what_if``."""

from pydantic import Field

from mistudio.corpus.tokenize import what_if
from mistudio.schemas.common import Bytes, Shape, Share


class WhatIfLayout(Shape, what_if.WhatIfLayout):
    """What one way of writing the rows costs. Shares are of 1."""

    lost_share: Share = Field(description="Truncated and dropped, of the source's tokens.")
    padding_share: Share = Field(description="Padding, of all positions.")
    size_bytes: Bytes


class WhatIfOption(Shape, what_if.WhatIfOption):
    """One max_length: ragged (cut, not padded), padded (cut and padded to it) and packed (concatenated and chunked)."""

    fit_share: Share
    ragged: WhatIfLayout
    padded: WhatIfLayout
    packed: WhatIfLayout


class WhatIfResponse(Shape, what_if.WhatIf):
    """What settings would cost. ``estimate``: counted on ``documents_counted`` documents and scaled to all."""

    dataset_id: str
    tokenization_id: str | None
    tokenizer: str
    estimate: bool
    options: tuple[WhatIfOption, ...]
