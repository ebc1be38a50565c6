"""Shapes of the cost of settings; their figures are those of ``mistudio.corpus.tokenize.what_if``."""

from pydantic import Field

from mistudio.corpus.tokenize import what_if
from mistudio.schemas.common import Bytes, Shape, Share


class WhatIfLayout(Shape, what_if.WhatIfLayout):
    """The cost of one way to write the rows."""

    lost_share: Share = Field(description="Truncated and dropped tokens, of the source's tokens.")
    padding_share: Share = Field(description="Padding, of all positions.")
    size_bytes: Bytes


class WhatIfOption(Shape, what_if.WhatIfOption):
    """One max_length: rows cut (ragged), cut and padded to it (padded), or concatenated and chunked (packed)."""

    fit_share: Share
    ragged: WhatIfLayout
    padded: WhatIfLayout
    packed: WhatIfLayout


class WhatIfResponse(Shape, what_if.WhatIf):
    """The cost of settings. An ``estimate`` is counted on ``documents_counted`` documents and scaled to all."""

    dataset_id: str
    tokenization_id: str | None
    tokenizer: str
    estimate: bool
    options: tuple[WhatIfOption, ...]
