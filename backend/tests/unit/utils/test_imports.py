"""Packages that are hidden while others are imported."""

import gc
import importlib
import sys

import pytest

from mistudio.utils.imports import imports_without


def test_a_package_is_hidden_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be imported meanwhile, others can; afterwards it can, and the collector works again."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with imports_without("colorsys"):
        assert not gc.isenabled()
        with pytest.raises(ModuleNotFoundError, match="colorsys is hidden"):
            importlib.import_module("colorsys")
        importlib.import_module("json.tool")
    assert gc.isenabled()
    assert "colorsys" == importlib.import_module("colorsys").__name__


def test_nothing_stays_hidden_when_an_import_fails() -> None:
    """Whatever is raised, the rest of the process is as before."""
    before = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError, match="No module"), imports_without("colorsys"):
        importlib.import_module("a_module_that_nobody_has")
    assert before == sys.meta_path
    assert gc.isenabled()
