"""Questions to and about Hugging Face repositories that need no download."""

import re

# The Hub's own rule: letters, digits, "-", "_" and "."; no leading or trailing "-" or "."; no "--" or ".."; 96 at most.
_NAME = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_MAX_NAME = 96


def validate_repo_id(repo_id: str, *, bare: bool = False) -> str | None:
    """Why ``repo_id`` cannot be the id of a repository, or None where it can.

    Dataset ids are ``namespace/name``; with ``bare`` one part (``gpt2``) will do as well.
    """
    if not repo_id:
        return "Type a repository id, like roneneldan/TinyStories."
    parts = repo_id.split("/")
    if len(parts) > 2 or (len(parts) == 1 and not bare):
        return f"“{repo_id}” is not a repository id: it has the form namespace/name, like roneneldan/TinyStories."
    if any(len(part) > _MAX_NAME or not _NAME.fullmatch(part) for part in parts) or repo_id.endswith(".git"):
        return (
            f"“{repo_id}” is not a repository id: each part has letters, digits, “-”, “_” and “.” only, "
            "does not begin or end with “-” or “.”, and is at most 96 characters long."
        )
    return None


def check_repo_id(value: object) -> str:
    """``value`` as a dataset's repository id, trimmed, a pasted Hub address reduced to its id; ValueError if it is none."""
    if not isinstance(value, str):
        raise ValueError("The repository id must be text.")  # noqa: TRY004 (Pydantic shows ValueError only)
    repo_id = re.sub(r"^https?://[^/]+/datasets/([^/]+/[^/?#]+).*$", r"\1", value.strip())
    if problem := validate_repo_id(repo_id):
        raise ValueError(problem)
    return repo_id
