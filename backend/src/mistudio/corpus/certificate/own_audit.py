"""The checks of the audit that a job of this program made of its own tokenization, as checks of a certificate."""

from pathlib import Path

from mistudio.core.errors import MiStudioError
from mistudio.corpus.certificate.expectations import read_own_manifest
from mistudio.corpus.certificate.record import Check, Status
from mistudio.corpus.tokenized.audit_checks import FATAL
from mistudio.corpus.tokenized.audit_record import AUDIT_NAME, AuditCheck, read_audit


def read_own_checks(folder: Path) -> tuple[Check, ...]:
    """Return the checks of the audit in ``folder``, none if this program did not make the data."""
    if read_own_manifest(folder) is None or not (folder / AUDIT_NAME).is_file():
        return ()
    try:
        audit = read_audit(folder)
    except MiStudioError as error:
        return (Check("audit", "Audit of the job", "failed", error.detail, "files"),)
    return tuple(_convert(check) for check in audit.checks)


def _convert(check: AuditCheck) -> Check:
    name, title = f"audit.{check.name}", f"Audit of the job: {check.title}"
    return Check(name, title, _find_status(check), check.detail, "sample")


def _find_status(check: AuditCheck) -> Status:
    if check.passed is None:
        return "not_applicable"
    if check.passed:
        return "passed"
    return "failed" if check.name in FATAL else "warning"
