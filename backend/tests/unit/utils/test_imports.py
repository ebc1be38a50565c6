"""``mistudio.utils.imports``: packages hidden from imports."""

import gc
import importlib
import sys

import pytest

from mistudio.utils.imports import hide_packages


def test_a_package_is_hidden_in_the_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other packages can be imported; after the block this one can too, and the collector runs again."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with hide_packages("colorsys"):
        assert not gc.isenabled()
        with pytest.raises(ModuleNotFoundError, match="colorsys is hidden"):
            importlib.import_module("colorsys")
        importlib.import_module("json.tool")
    assert gc.isenabled()
    assert "colorsys" == importlib.import_module("colorsys").__name__


def test_nothing_stays_hidden_when_an_import_fails() -> None:
    """After any error imports and collector are as before."""
    before = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError, match="No module"), hide_packages("colorsys"):
        importlib.import_module("a_module_that_nobody_has")
    assert before == sys.meta_path
    assert gc.isenabled()
