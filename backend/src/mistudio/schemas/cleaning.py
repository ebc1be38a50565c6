"""What cleaning steps did, or would do to a sample."""

from pydantic import BaseModel, ConfigDict, Field

from mistudio.corpus.cleaning.preview import StepPreview


class _FromCleaning(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CleaningLedger(_FromCleaning):
    """The rows of a step: ``rows`` = ``kept`` + the sum of ``dropped``."""

    kind: str
    rows: int = Field(description="Rows that came to the step.")
    kept: int
    dropped: dict[str, int] = Field(description="Rows dropped, by reason.")


class CleaningExample(_FromCleaning):
    """A row of the sample; ``reason`` is null if the step keeps it."""

    row: int
    reason: str | None
    text: str = Field(description="At most 1,000 characters.")
    duplicate_of: int | None = Field(description="The row that stays in its place.")
    duplicate_text: str | None


class CleaningCluster(_FromCleaning):
    """Rows that are near duplicates; the first one stays."""

    size: int
    rows: list[int] = Field(description="The first ten.")


class CleaningStepPreview(_FromCleaning):
    """What a step does to the sample, with examples of what it keeps and drops."""

    ledger: CleaningLedger
    kept: list[CleaningExample]
    dropped: list[CleaningExample]
    clusters: list[CleaningCluster] = Field(description="The largest ones, of a step of kind dedup_near.")

    @classmethod
    def of(cls, preview: StepPreview) -> "CleaningStepPreview":
        """Return the response for a preview."""
        return cls(
            ledger=CleaningLedger.model_validate(preview.ledger),
            kept=[CleaningExample.model_validate(example) for example in preview.kept],
            dropped=[CleaningExample.model_validate(example) for example in preview.dropped],
            clusters=[CleaningCluster.model_validate(cluster) for cluster in preview.ledger.clusters],
        )
