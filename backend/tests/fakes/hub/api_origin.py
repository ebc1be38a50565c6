"""The first origin: the Hub's API and ``resolve``, with the Hub's refusals and their codes."""

from typing import Any
from urllib.parse import parse_qs, quote, unquote

from fakes.hub.exchange import Exchange
from fakes.hub.repository import Kind, RepoFile, Repository

VERBS = ("revision", "tree", "paths-info", "refs", "auth-check", "resolve", "commits")


class ApiOrigin(Exchange):
    """Routes by path; a revision is one quoted segment, and a path in the repository is the rest."""

    def route(self) -> None:
        """Check the token, find the repository, and answer."""
        parts = [unquote(part) for part in self.raw_path.strip("/").split("/")]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ") or None
        if token is not None and not self.hub.is_token(token):
            self.refuse(401, None, "Invalid credentials in Authorization header")
        elif parts == ["api", "whoami-v2"]:
            self.answer_whoami(token)
        elif parts[0] == "api" and len(parts) > 2 and parts[1] in ("datasets", "models"):
            self.route_repository("datasets" if parts[1] == "datasets" else "models", parts[2:], token)
        elif "resolve" in parts:
            kind: Kind = "datasets" if parts[0] == "datasets" else "models"
            self.route_repository(kind, parts[1:] if kind == "datasets" else parts, token)
        else:
            self.refuse(404, None, "Sorry, we can't find the page you are looking for.")

    def answer_whoami(self, token: str | None) -> None:
        """Answer with the token's owner."""
        if token is None:
            self.refuse(401, None, "Invalid username or password.")
        else:
            self.answer_json({"type": "user", "name": "tester", "auth": {"type": "access_token"}})

    def route_repository(self, kind: Kind, parts: list[str], token: str | None) -> None:
        """Answer for ``parts``: one or two names of the repository, a verb, and its argument."""
        names = 1 if len(parts) == 1 or parts[1] in VERBS else 2
        repo_id, rest = "/".join(parts[:names]), parts[names:]
        repository = self.hub.find(kind, repo_id)
        if repository is None and (new := self.hub.get_new_name(kind, repo_id)):
            before, _, after = self.path.partition(f"/{repo_id}")
            self.redirect(307, f"{before}/{new}{after}")
        elif repository is None or (repository.private and not self.hub.has_access(token, repo_id)):
            message = "Invalid username or password." if token is None else "Repository not found"
            self.refuse(401 if token is None else 404, "RepoNotFound", message)
        elif repository.disabled:
            self.refuse(403, None, "Access to this resource is disabled.")
        else:
            self.route_verb(repository, rest, token)

    def route_verb(self, repository: Repository, rest: list[str], token: str | None) -> None:
        """Answer a verb; those without a commit come first."""
        verb = rest[0] if rest else "revision"
        if (
            verb in ("resolve", "auth-check")
            and repository.gated
            and not self.hub.has_access(token, repository.repo_id)
        ):
            self.refuse(401 if token is None else 403, "GatedRepo", f"Access to {repository.repo_id} is restricted.")
        elif verb == "auth-check":
            self.answer_json({"ok": True})
        elif verb == "refs":
            self.list_refs(repository)
        else:
            self.answer_at_commit(repository, verb, rest[1] if len(rest) > 1 else "main", rest[2:])

    def answer_at_commit(self, repository: Repository, verb: str, revision: str, rest: list[str]) -> None:
        """Answer a verb about one commit."""
        sha = repository.resolve(revision)
        if sha is None or sha not in repository.commits:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif verb == "revision":
            self.answer_json(repository.describe(sha, blobs="blobs" in self.query))
        elif verb == "tree":
            self.list_tree(repository.commits[sha], "/".join(rest))
        elif verb == "paths-info":
            self.describe_paths(repository.commits[sha])
        else:
            self.send_file(repository, sha, "/".join(rest))

    def list_refs(self, repository: Repository) -> None:
        """List branches and converted branches."""
        named: dict[str, list[dict[str, str]]] = {"branches": [], "converts": [], "tags": []}
        for name, sha in repository.refs.items():
            convert = name.startswith("refs/convert/")
            ref = name if convert else f"refs/heads/{name}"
            shown = {"name": name.removeprefix("refs/convert/"), "ref": ref, "targetCommit": sha}
            named["converts" if convert else "branches"].append(shown)
        self.answer_json(named)

    def list_tree(self, files: dict[str, RepoFile], folder: str) -> None:
        """List a folder, in pages."""
        recursive = self.query.get("recursive", "false").lower() == "true"
        entries = _list_entries(files, folder, recursive=recursive)
        if folder and not entries:
            self.refuse(404, "EntryNotFound", f"{folder} does not exist")
            return
        first = int(self.query.get("cursor", "0"))
        last = first + self.hub.page_entries
        more = last < len(entries)
        query = f"recursive={recursive}&cursor={last}"
        link = {"Link": f'<{self.hub.url}{self.raw_path}?{query}>; rel="next"'} if more else {}
        self.answer_json(entries[first:last], headers=link)

    def describe_paths(self, files: dict[str, RepoFile]) -> None:
        """Describe the paths in the form."""
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        wanted = form.get("paths", [])
        self.answer_json([files[path].describe_entry(path) for path in wanted if path in files])

    def send_file(self, repository: Repository, sha: str, path: str) -> None:
        """Send a small file, or redirect to a large one."""
        file = repository.commits[sha].get(path)
        headers = {"X-Repo-Commit": sha}
        if file is None:
            self.answer_json(
                {"error": "Entry not found"}, status=404, headers={**headers, "X-Error-Code": "EntryNotFound"}
            )
            return
        etag = self.fault.etag if self.fault and self.fault.etag else file.etag
        if file.lfs:
            linked = {"X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{etag}"'}
            self.redirect(302, self.hub.sign_address(file, path), {**headers, **linked, "ETag": f'"{etag}"'})
        else:
            name = quote(path.rsplit("/", maxsplit=1)[-1])
            disposition = f"inline; filename*=UTF-8''{name}"
            self.answer_file(file, {**headers, "ETag": f'"{etag}"', "Content-Disposition": disposition})


def _list_entries(files: dict[str, RepoFile], folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    prefix = f"{folder}/" if folder else ""
    shown: dict[str, dict[str, Any]] = {}
    for path, file in files.items():
        if not path.startswith(prefix):
            continue
        below = path[len(prefix) :].split("/")
        for depth in range(1, len(below)):
            if recursive or depth == 1:
                name = prefix + "/".join(below[:depth])
                shown.setdefault(name, {"type": "directory", "path": name, "oid": "0" * 40, "size": 0})
        if recursive or len(below) == 1:
            shown[path] = file.describe_entry(path)
    return [shown[path] for path in sorted(shown)]
