"""pyqtgraph, imported without making PySide6 create every class that it has.

WORKAROUND(pyqtgraph): `pyqtgraph.Qt` copies each attribute of QtCore, QtGui and QtWidgets into
modules of its own. PySide6 creates its classes when they are first asked for: copying them all
costs 8 MB and 0.1 s. Here these modules ask PySide6 when they are asked themselves. Remove when
`pyqtgraph/Qt/__init__.py` no longer has `_copy_attrs`.
"""

import importlib
import os
import sys
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets


class _Forwarding(ModuleType):
    """A module that has whatever another one has."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        setattr(self, name, found)  # Only the first time: it is asked for with every paint.
        return found


def _import() -> Any:
    # OpenBLAS would start a thread for each core, and nothing here multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sources: tuple[ModuleType, ...] = (QtCore, QtGui, QtWidgets)
    for source in sources:
        name = source.__name__.replace("PySide6", "pyqtgraph.Qt")
        sys.modules.setdefault(name, _Forwarding(name, source))
        # What dir() does not list is not copied.
        source.__dir__ = list  # type: ignore[method-assign]
    try:
        return importlib.import_module("pyqtgraph")
    finally:
        for source in sources:
            del source.__dir__


pg = _import()
