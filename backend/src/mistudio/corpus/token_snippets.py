"""The Python that loads a tokenization, to be copied: for ``datasets``, SAELens and TransformerLens."""

from dataclasses import dataclass
from pathlib import Path

from mistudio.corpus.tokenized_manifest import TokenizedManifest


@dataclass(frozen=True)
class Snippet:
    """A piece of Python with its title."""

    title: str
    code: str


def snippets(folder: Path, manifest: TokenizedManifest) -> list[Snippet]:
    """How the tokenization in ``folder`` is loaded."""
    split = manifest.splits[0].name
    load = f'from datasets import load_from_disk\n\nrows = load_from_disk({str(folder)!r})["{split}"]'
    tokenizer = manifest.tokenizer.repo or manifest.tokenizer.name
    found = [Snippet("datasets", f'{load}\nrows[0]["input_ids"]')]
    if manifest.settings.is_packed:
        found.append(Snippet("SAELens", _saelens(load, folder, manifest, tokenizer)))
    found.append(
        Snippet(
            "TransformerLens",
            "from transformer_lens import HookedTransformer\n"
            f"{load}\n"
            f"model = HookedTransformer.from_pretrained({tokenizer!r})\n"
            'tokens = rows.with_format("torch", columns=["input_ids"])[:8]["input_ids"]\n'
            "logits, cache = model.run_with_cache(tokens, prepend_bos=False)",
        )
    )
    return found


def _saelens(load: str, folder: Path, manifest: TokenizedManifest, tokenizer: str) -> str:
    """SAELens finds ``input_ids`` in a dataset that is handed to its runner; by a path it cannot load this folder."""
    split = next((split.name for split in manifest.splits if split.is_held_out), None)
    held_out = f'load_from_disk({str(folder)!r})["{split}"]' if split else "None"
    return (
        "from sae_lens import LanguageModelSAERunnerConfig, LanguageModelSAETrainingRunner\n"
        f"{load}\nheld_out = {held_out}\n"
        f"cfg = LanguageModelSAERunnerConfig(\n    model_name={tokenizer!r},\n    dataset_path={str(folder)!r},\n"
        f"    context_size={manifest.resolved.max_length},\n    # and the SAE, the hook and the training\n"
        ")\nLanguageModelSAETrainingRunner(cfg, override_dataset=rows, override_eval_dataset=held_out).run()"
    )
