"""A table of thousands of rows that change under the user's hand, and nothing jumps.

Rows are keyed by identity: selection, current row and scroll offset survive every `apply`. There is
no reset. A text is made once, when its row is first painted as it is.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from sysgui.system.arrange import Arrangement
from sysgui.system.columns import Column
from sysgui.system.i18n import _
from sysgui.ui import plain

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()

# The horizontal header must not take part in a change of layout: it would lose its widths with the
# first row. The overload that says so must be named, or PySide takes the one without arguments.
_LAYOUT = ("QList<QPersistentModelIndex>", "QAbstractItemModel::LayoutChangeHint")
_ROWS_ONLY = QAbstractItemModel.LayoutChangeHint.VerticalSortHint
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _overload(signal: Any) -> Any:
    """Returns the overload of a layout signal that says which rows or columns take part."""
    return signal[_LAYOUT]


# Up to so many rows are found faster one by one than by a look-up of all.
FEW = 8


class TableModel(QAbstractTableModel):
    """Shows an arrangement of rows; `apply` is the only thing that changes it.

    Args:
        columns: What each row shows.
        key: Returns a row's identity.
        parent: Owns the model.
    """

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        key: Callable[[Any], Hashable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = columns
        self._key = key
        self._about_to_move = _overload(self.layoutAboutToBeChanged)
        self._moved = _overload(self.layoutChanged)
        self._rows: list[Any] = []
        self._keys: list[Hashable] = []
        self._depths: Sequence[int] = ()
        self._parents: Any = ()
        self._ended: frozenset[int] = frozenset()
        self._texts: dict[Hashable, tuple[Any, tuple[str, ...]]] = {}

    # What the view and the panel read.

    @property
    def rows(self) -> Sequence[Any]:
        """The rows from top to bottom."""
        return self._rows

    def row(self, place: int) -> Any:
        """Returns the row at a place."""
        return self._rows[place]

    def key(self, place: int) -> Hashable:
        """Returns the identity of the row at a place."""
        return self._keys[place]

    def place(self, key: Hashable) -> int:
        """Returns where a row stands, or -1 if it is not shown."""
        try:
            return self._keys.index(key)
        except ValueError:
            return -1

    def depth(self, place: int) -> int:
        """Returns how deep a row stands in the tree."""
        return self._depths[place] if self._depths else 0

    @property
    def tree(self) -> bool:
        """Whether the rows stand as a tree."""
        return bool(self._depths)

    def has_children(self, place: int) -> bool:
        """Tells whether other rows stand beneath this one, shown or collapsed."""
        return place in self._parents

    def has_ended(self, place: int) -> bool:
        """Tells whether what the row shows is gone, and the row only keeps its place."""
        return place in self._ended

    def texts(self, place: int) -> tuple[str, ...]:
        """Returns the texts of a row, column by column, made when first asked for."""
        row = self._rows[place]
        key = self._keys[place]
        made = self._texts.get(key)
        if made is None or made[0] is not row:
            made = (row, tuple(column.text(row) for column in self.columns))
            self._texts[key] = made
        return made[1]

    # What changes it.

    def apply(self, arrangement: Arrangement[Any], ended: frozenset[int] = frozenset()) -> None:
        """Shows other rows, or the same ones changed or in another order."""
        rows = list(arrangement.rows)
        keys = list(map(self._key, rows))
        if keys == self._keys:
            self._update(rows, arrangement, ended)
        else:
            self._rearrange(rows, keys, arrangement, ended)
        if len(self._texts) > 2 * len(keys) + 100:
            shown = set(keys)
            self._texts = {key: made for key, made in self._texts.items() if key in shown}

    def _update(
        self, rows: list[Any], arrangement: Arrangement[Any], ended: frozenset[int]
    ) -> None:
        before = self._rows
        changed = [place for place, row in enumerate(rows) if row is not before[place]]
        if bool(arrangement.depths) != self.tree:
            changed = list(range(len(rows)))
        elif self.tree:
            moved = (a != b for a, b in zip(arrangement.depths, self._depths, strict=True))
            changed += [place for place, other in enumerate(moved) if other]
            changed += set(arrangement.parents) ^ set(self._parents)
            changed = sorted(set(changed))
        if ended != self._ended:
            changed = sorted({*changed, *(ended ^ self._ended)})
        self._set(rows, self._keys, arrangement, ended)
        last_column = len(self.columns) - 1
        for first, last in _runs(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column))

    def _rearrange(
        self,
        rows: list[Any],
        keys: list[Hashable],
        arrangement: Arrangement[Any],
        ended: frozenset[int],
    ) -> None:
        """Grows or shrinks at the end only; what moves, moves in one change of layout."""
        have, want = len(self._keys), len(keys)
        if want > have:
            self.beginInsertRows(_NOWHERE, have, want - 1)
            self._rows += rows[have - want :]
            self._keys += [None] * (want - have)
            self.endInsertRows()
        self._about_to_move.emit([], _ROWS_ONLY)
        held = self.persistentIndexList()
        if held:
            self._move(held, keys)
        padding = max(0, have - want)
        self._set(rows + self._rows[:padding], keys + [None] * padding, arrangement, ended)
        self._moved.emit([], _ROWS_ONLY)
        if padding:
            self.beginRemoveRows(_NOWHERE, want, have - 1)
            del self._rows[want:], self._keys[want:]
            self.endRemoveRows()

    def _move(self, held: list[QModelIndex], keys: list[Hashable]) -> None:
        # Mostly the columns of one selected row: a look-up of all rows would cost more.
        wanted = {self._keys[index.row()] for index in held}
        if len(wanted) > FEW:
            places = {key: place for place, key in enumerate(keys)}
        else:
            places = {key: keys.index(key) for key in wanted if key in keys}
        moved = []
        for index in held:
            place = places.get(self._keys[index.row()], -1)
            moved.append(_NOWHERE if place < 0 else self.createIndex(place, index.column()))
        self.changePersistentIndexList(held, moved)

    def _set(
        self,
        rows: list[Any],
        keys: list[Hashable],
        arrangement: Arrangement[Any],
        ended: frozenset[int],
    ) -> None:
        self._rows, self._keys = rows, keys
        self._depths, self._parents = arrangement.depths, arrangement.parents
        self._ended = ended

    # What Qt asks.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY and index.isValid():
            return self.texts(index.row())[index.column()]
        if role == _TOOL_TIP and index.isValid():
            return plain.tip(self.texts(index.row())[index.column()])
        if role == _ALIGNMENT and index.isValid():
            return _RIGHT if self.columns[index.column()].figures else _LEFT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return _(column.title)
        if role == _TOOL_TIP:
            return _(column.source)
        if role == _ALIGNMENT:
            return _RIGHT if column.figures else _LEFT
        return None


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Merges ascending places into runs of first and last; small gaps are bridged."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place - runs[-1][1] <= 3:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
