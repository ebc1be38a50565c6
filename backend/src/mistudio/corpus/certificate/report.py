"""A certificate as text for a terminal, and as a page of HTML that needs no other file and runs no script."""

from collections.abc import Iterator
from html import escape
from typing import Final

from mistudio.corpus.certificate.record import VERDICTS, Certificate, Check, Example, Status
from mistudio.utils.file_utils import format_size

_MARKS: Final[dict[Status, str]] = {"passed": "ok", "warning": "warning", "failed": "FAILED", "not_applicable": "–"}
_SCOPES: Final = {"all": "all rows", "sample": "a sample of the rows", "files": "the files"}
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0f172a;"
    "background:#fff}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.4rem .6rem;border-bottom:1px solid #cbd5e1}code,mark{overflow-wrap:anywhere}.failed{color:#b91c1c}"
    ".warning{color:#a16207}.passed{color:#047857}.hash{overflow-wrap:anywhere}"
)


def write_text(certificate: Certificate) -> Iterator[str]:
    """Yield the lines of a certificate: what was read, the checks with what is wrong, the verdict."""
    extent = f"{certificate.rows:,} rows, {certificate.tokens:,} tokens"
    yield f"{certificate.subject}: {extent}, tokenizer {certificate.tokenizer}"
    yield f"Special tokens are expected as {certificate.expected_by} says."
    yield from certificate.notes
    for check in certificate.checks:
        yield f"{_MARKS[check.status]:>8}  {check.title}: {check.detail}"
        for example in check.examples:
            yield f"          {_locate(example)}: {example.before}[{example.text}]{example.after}".replace("\n", "\\n")
    yield describe_scope(certificate)
    yield f"{VERDICTS[certificate.verdict]}. SHA-256 of this certificate: {certificate.content_sha256}"


def describe_scope(certificate: Certificate) -> str:
    """Return what was read, as a sentence."""
    drawn = f"{certificate.sampled_rows:,} rows with {certificate.sampled_tokens:,} tokens"
    return f"All rows were read; {drawn}, drawn by seed {certificate.seed}, were decoded and encoded again."


def _locate(example: Example) -> str:
    return f"{example.file}, row {example.row:,}, position {example.position:,}"


def write_page(certificate: Certificate) -> str:
    """Return the certificate as a page; everything that comes from the data is escaped."""
    verdict = VERDICTS[certificate.verdict]
    title = escape(f"{certificate.subject}: {verdict}")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            f'<h1>{escape(certificate.subject)}</h1><p class="{certificate.verdict}"><strong>{verdict}</strong></p>',
            *_write_facts(certificate),
            "<h2>Checks</h2><table><thead><tr><th>Result</th><th>Check</th><th>Read</th></tr></thead><tbody>",
            *(_write_check(check) for check in certificate.checks),
            "</tbody></table>",
            *_write_files(certificate),
            f'<p>SHA-256 of the content: <code class="hash">{certificate.content_sha256}</code></p>',
            "</body></html>\n",
        ]
    )


def _write_facts(certificate: Certificate) -> Iterator[str]:
    commit = f" at {certificate.tokenizer_commit}" if certificate.tokenizer_commit else ""
    versions = ", ".join(f"{name} {found}" for name, found in certificate.versions.items())
    facts = {
        "Rows": f"{certificate.rows:,}",
        "Tokens": f"{certificate.tokens:,}",
        "Tokenizer": f"{certificate.tokenizer}{commit}, fingerprint {certificate.tokenizer_fingerprint}",
        "Special tokens are expected by": certificate.expected_by,
        "Read": describe_scope(certificate),
        "Made": f"{certificate.created_at}, {versions}",
    }
    yield "<table><tbody>"
    yield from (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items())
    yield "</tbody></table>"
    yield from (f"<p>{escape(note)}</p>" for note in certificate.notes)


def _write_check(check: Check) -> str:
    examples = "".join(
        f"<li>{escape(_locate(example))}: <code>{escape(example.before)}<mark>{escape(example.text)}</mark>"
        f"{escape(example.after)}</code></li>"
        for example in check.examples
    )
    listed = f"<ul>{examples}</ul>" if examples else ""
    return (
        f'<tr><td class="{check.status}">{_MARKS[check.status]}</td><td><strong>{escape(check.title)}</strong><br>'
        f"{escape(check.detail)}{listed}</td><td>{_SCOPES[check.scope]}</td></tr>"
    )


def _write_files(certificate: Certificate) -> Iterator[str]:
    yield f'<h2>Files</h2><p>SHA-256 of all: <code class="hash">{certificate.data_sha256}</code></p><table><tbody>'
    for file in certificate.files:
        yield (
            f"<tr><td>{escape(file.path)}</td><td>{format_size(file.bytes)}</td>"
            f'<td><code class="hash">{file.sha256}</code></td></tr>'
        )
    yield "</tbody></table>"
