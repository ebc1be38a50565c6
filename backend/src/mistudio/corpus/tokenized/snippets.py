"""Write the Python code that loads a tokenization, to copy: for ``datasets``, SAELens and TransformerLens.

SAELens gets the dataset as ``override_dataset`` of its runner. It finds ``input_ids`` there, and requires rows as long
as its context. Given a path, it would ask the Hub for ``sae_lens.json`` in a repository of that name, and the Hub's
client rejects the path of a folder (see ``ActivationsStore.__init__`` of SAELens).
"""

import json
from pathlib import Path

from mistudio.corpus.store.snippets import Snippet
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.utils.text import escape_controls


def write_snippets(folder: Path, manifest: TokenizedManifest) -> list[Snippet]:
    """Return the snippets that load the tokenization in ``folder``."""
    load = f"from datasets import load_from_disk\n\nrows = {_write_loading(folder, manifest.splits[0].name)}"
    found = [Snippet("datasets", f'{load}\nrows[0]["input_ids"]')]
    if manifest.settings.is_packed:
        found.append(Snippet("SAELens", _write_saelens(load, folder, manifest)))
    found.append(
        Snippet(
            "TransformerLens",
            "from transformer_lens import HookedTransformer\n"
            f"{load}\n{_write_model_name(manifest)}"
            "model = HookedTransformer.from_pretrained(model_name)\n"
            f'tokens = rows.with_format("torch", columns=["input_ids"])[:{_count_batch_rows(manifest)}]["input_ids"]\n'
            "logits, cache = model.run_with_cache(tokens, prepend_bos=False)",
        )
    )
    return found


def _write_loading(folder: Path, split: str) -> str:
    # JSON quotes the name with double quotes, and its strings are valid Python.
    return f"load_from_disk({str(folder)!r})[{json.dumps(split, ensure_ascii=False)}]"


def _write_model_name(manifest: TokenizedManifest) -> str:
    """Return the line that names the model, which is the tokenizer's repository; local files do not name theirs."""
    if manifest.tokenizer.commit:
        return f"model_name = {manifest.tokenizer.repo!r}\n"
    return f'model_name = ""  # of the model that the tokenizer {escape_controls(manifest.tokenizer.name)} belongs to\n'


def _count_batch_rows(manifest: TokenizedManifest) -> int:
    """Return how many rows make one tensor: several only if all have the same length."""
    return 8 if manifest.settings.is_packed or manifest.settings.padding == "max_length" else 1


def _write_saelens(load: str, folder: Path, manifest: TokenizedManifest) -> str:
    split = next((split.name for split in manifest.splits if split.is_held_out), None)
    held_out = f"held_out = {_write_loading(folder, split)}\n" if split else ""
    evaluated = ", override_eval_dataset=held_out" if split else ""
    return (
        "from sae_lens import LanguageModelSAERunnerConfig, LanguageModelSAETrainingRunner\n"
        f"{load}\n{held_out}{_write_model_name(manifest)}"
        f"cfg = LanguageModelSAERunnerConfig(\n    model_name=model_name,\n    dataset_path={str(folder)!r},\n"
        f"    context_size={manifest.resolved.max_length},\n    # and the SAE, the hook and the training\n"
        f")\nLanguageModelSAETrainingRunner(cfg, override_dataset=rows{evaluated}).run()"
    )
