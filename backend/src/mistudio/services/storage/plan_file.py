"""Stores the plan of a dataset beside its files, so that every attempt follows the same plan."""

from pathlib import Path
from typing import TypeVar

from mistudio.core.records import read_record, write_record
from mistudio.utils.file_utils import ensure_dir

PLAN_NAME = "plan.json"
Plan = TypeVar("Plan")


def write_plan(staging: Path, plan: object) -> None:
    """Write the plan into the dataset's staging folder, which is created if missing."""
    write_record(ensure_dir(staging) / PLAN_NAME, plan)


def read_plan(kind: type[Plan], staging: Path) -> Plan | None:
    """Return the plan of this class in the folder; None if it is missing or damaged."""
    return read_record(kind, staging / PLAN_NAME)
