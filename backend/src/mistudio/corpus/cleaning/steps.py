"""The cleaning steps as a request names them: what each drops, and by which thresholds.

The thresholds of the quality rules are the published ones; null switches a rule off.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mistudio.core.errors import InvalidPattern
from mistudio.corpus.search.query import make_regex_pattern

MAX_STEPS: Final = 20

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
NGram = Annotated[int, Field(ge=1, le=50)]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DedupExact(_Step):
    """Drops a text that an earlier row has already."""

    kind: Literal["dedup_exact"] = "dedup_exact"
    normalize: bool = Field(
        default=False, description="Compare without regard to case, Unicode form, and number or kind of blanks."
    )


class DedupNear(_Step):
    """Drops a text that is nearly the same as an earlier one."""

    kind: Literal["dedup_near"] = "dedup_near"
    threshold: float = Field(default=0.8, ge=0.5, le=1, description="Least Jaccard similarity of the sets of n-grams.")
    ngram: NGram = Field(default=5, description="Words of an n-gram.")
    num_perm: int = Field(default=128, ge=16, le=256, description="Hash functions of a MinHash signature.")
    seed: int = Field(default=0, ge=0, lt=1 << 32)


class LengthBounds(_Step):
    """Drops texts that are too short or too long."""

    kind: Literal["length"] = "length"
    min_characters: Count | None = None
    max_characters: Count | None = None
    min_words: Count | None = Field(default=None, description="Words are what blanks separate.")
    max_words: Count | None = None
    min_tokens: Count | None = None
    max_tokens: Count | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> "LengthBounds":
        bounds = [(unit, *self.bounds(unit)) for unit in ("characters", "words", "tokens")]
        if all(least is None and most is None for _unit, least, most in bounds):
            raise ValueError("A step of kind length has no bound: set at least one, such as min_characters.")
        for unit, least, most in bounds:
            if least is not None and most is not None and least > most:
                raise ValueError(f"min_{unit} ({least}) is greater than max_{unit} ({most}): no text could pass.")
        return self

    @property
    def needs_tokens(self) -> bool:
        """Whether the step needs the token counts of a tokenization."""
        return self.min_tokens is not None or self.max_tokens is not None

    def bounds(self, unit: str) -> tuple[int | None, int | None]:
        """Return the least and the greatest number of ``unit``."""
        return getattr(self, f"min_{unit}"), getattr(self, f"max_{unit}")


class DropRegex(_Step):
    """Drops texts in which a regular expression matches."""

    kind: Literal["drop_regex"] = "drop_regex"
    pattern: str = Field(min_length=1, max_length=1_000, description="A regular expression of RE2.")
    case: bool = Field(default=True, description="Whether upper and lower case differ.")

    @model_validator(mode="after")
    def _check_pattern(self) -> "DropRegex":
        try:
            make_regex_pattern(self.pattern, case=self.case)
        except InvalidPattern as error:
            raise ValueError(error.detail) from error
        return self


class GopherQuality(_Step):
    """The quality rules of Gopher (Rae et al. 2021, table A1) as datatrove's GopherQualityFilter has them."""

    min_doc_words: Count | None = 50
    max_doc_words: Count | None = 100_000
    min_avg_word_length: float | None = Field(default=3, ge=0)
    max_avg_word_length: float | None = Field(default=10, ge=0)
    max_symbol_word_ratio: float | None = Field(default=0.1, ge=0)
    max_bullet_lines_ratio: Share | None = 0.9
    max_ellipsis_lines_ratio: Share | None = 0.3
    min_alpha_words_ratio: Share | None = 0.8
    min_stop_words: Count | None = 2
    stop_words: tuple[str, ...] = ("the", "be", "to", "of", "and", "that", "have", "with")


class GopherRepetition(_Step):
    """The repetition rules of Gopher as datatrove's GopherRepetitionFilter has them."""

    dup_line_frac: Share | None = 0.3
    dup_para_frac: Share | None = 0.3
    dup_line_char_frac: Share | None = 0.2
    dup_para_char_frac: Share | None = 0.2
    top_n_grams: tuple[tuple[NGram, Share], ...] = ((2, 0.2), (3, 0.18), (4, 0.16))
    dup_n_grams: tuple[tuple[NGram, Share], ...] = (
        *((5, 0.15), (6, 0.14), (7, 0.13)),
        *((8, 0.12), (9, 0.11), (10, 0.10)),
    )


class C4Quality(_Step):
    """The rules of C4 (Raffel et al. 2020) as datatrove's C4QualityFilter has them.

    C4 removes lines, too; here the lines decide only whether the document stays, and its text stays as it is.
    """

    remove_citations: bool = True
    filter_no_terminal_punct: bool = True
    min_num_sentences: Count | None = 5
    min_words_per_line: Count | None = 3
    max_word_length: Count | None = 1_000
    filter_lorem_ipsum: bool = True
    filter_javascript: bool = True
    filter_curly_bracket: bool = True
    filter_policy: bool = True


class Quality(_Step):
    """Drops texts that break a rule of the chosen sets; rules read English words."""

    kind: Literal["quality"] = "quality"
    gopher: GopherQuality | None = None
    gopher_repetition: GopherRepetition | None = None
    c4: C4Quality | None = None

    @model_validator(mode="after")
    def _check_sets(self) -> "Quality":
        if self.gopher is None and self.gopher_repetition is None and self.c4 is None:
            raise ValueError("A step of kind quality has no rules: set gopher, gopher_repetition or c4, such as {}.")
        return self


class Decontaminate(_Step):
    """Drops texts that share n-grams with another dataset, such as a benchmark."""

    kind: Literal["decontaminate"] = "decontaminate"
    dataset: str = Field(min_length=1, max_length=255, description="The id of the other dataset.")
    ngram: NGram = Field(default=13, description="Words of an n-gram.")
    threshold: Share = Field(
        default=0, description="Drop if more than this share of a text's n-grams is in the other dataset; 0: if any is."
    )


CleaningStep: TypeAlias = Annotated[
    DedupExact | DedupNear | LengthBounds | DropRegex | Quality | Decontaminate, Field(discriminator="kind")
]
