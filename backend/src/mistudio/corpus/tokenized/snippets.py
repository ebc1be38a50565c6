"""The Python that loads a tokenization, to be copied: for ``datasets``, SAELens and TransformerLens.

SAELens takes a data set that is handed to its runner as ``override_dataset``: it finds ``input_ids``, and asks that
rows be as long as its context. By a path it would ask the Hub for ``sae_lens.json`` of a repository of that name, which
the Hub's client refuses for the path of a folder (see ``ActivationsStore.__init__`` there).
"""

import json
from pathlib import Path

from mistudio.corpus.store.snippets import Snippet
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.utils.text import visible


def snippets(folder: Path, manifest: TokenizedManifest) -> list[Snippet]:
    """How the tokenization in ``folder`` is loaded."""
    load = f"from datasets import load_from_disk\n\nrows = {_loaded(folder, manifest.splits[0].name)}"
    found = [Snippet("datasets", f'{load}\nrows[0]["input_ids"]')]
    if manifest.settings.is_packed:
        found.append(Snippet("SAELens", _saelens(load, folder, manifest)))
    found.append(
        Snippet(
            "TransformerLens",
            "from transformer_lens import HookedTransformer\n"
            f"{load}\n{_model_name(manifest)}"
            "model = HookedTransformer.from_pretrained(model_name)\n"
            f'tokens = rows.with_format("torch", columns=["input_ids"])[:{_batch(manifest)}]["input_ids"]\n'
            "logits, cache = model.run_with_cache(tokens, prepend_bos=False)",
        )
    )
    return found


def _loaded(folder: Path, split: str) -> str:
    # In double quotes, as people write them; JSON's strings are Python's, too.
    return f"load_from_disk({str(folder)!r})[{json.dumps(split, ensure_ascii=False)}]"


def _model_name(manifest: TokenizedManifest) -> str:
    """A line that names the model, which is the tokenizer's repository; files of this machine do not say whose."""
    if manifest.tokenizer.commit:
        return f"model_name = {manifest.tokenizer.repo!r}\n"
    return f'model_name = ""  # of the model that the tokenizer {visible(manifest.tokenizer.name)} belongs to\n'


def _batch(manifest: TokenizedManifest) -> int:
    """Rows that make one tensor: several only where all are of one length."""
    return 8 if manifest.settings.is_packed or manifest.settings.padding == "max_length" else 1


def _saelens(load: str, folder: Path, manifest: TokenizedManifest) -> str:
    split = next((split.name for split in manifest.splits if split.is_held_out), None)
    held_out = f"held_out = {_loaded(folder, split)}\n" if split else ""
    evaluated = ", override_eval_dataset=held_out" if split else ""
    return (
        "from sae_lens import LanguageModelSAERunnerConfig, LanguageModelSAETrainingRunner\n"
        f"{load}\n{held_out}{_model_name(manifest)}"
        f"cfg = LanguageModelSAERunnerConfig(\n    model_name=model_name,\n    dataset_path={str(folder)!r},\n"
        f"    context_size={manifest.resolved.max_length},\n    # and the SAE, the hook and the training\n"
        f")\nLanguageModelSAETrainingRunner(cfg, override_dataset=rows{evaluated}).run()"
    )
