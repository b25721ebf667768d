"""The lines of a log with parts of them in columns, and the titles of these."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from sysgui.panels.logs.page import Page
from sysgui.panels.logs.times_shown import AGO, TimesShown
from sysgui.ui import theme
from sysgui.ui.table_header import PADDING

from .line_area import LineArea
from .line_header import LineHeader

# How often it is told anew how long ago something was.
AGO_MS = 5000


class ColumnedLines(LineArea):
    """Lets parts of the lines stand in columns, and their times be told in several ways.

    Args:
        parent: Owns it.
        times: How times are told.
    """

    def __init__(self, parent: QWidget, times: TimesShown) -> None:
        super().__init__(parent, times)
        self._header = LineHeader(self)
        self._header.drawn.connect(self._set_width)
        self._header.hide()
        # How long ago something was is another time soon.
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.viewport().update)
        self.horizontalScrollBar().valueChanged.connect(self._header.setOffset)

    def show_page(self, page: Page) -> None:
        """Shows what is known of the log now."""
        gutter = self._gutter
        others = self.columns.take(page.form, page.shown)
        super().show_page(page)
        if others or self._gutter != gutter:
            self._rearrange()

    def show_in_columns(self, *, used: bool) -> None:
        """Sets whether parts of the lines stand in columns."""
        self.columns.used = used
        self.columns.retime(self._page.shown)
        self._rearrange()

    def tell_times(self, mode: str) -> None:
        """Sets how times are told, one of `times_shown.MODES`."""
        self.columns.times.mode = mode
        self.columns.retime(self._page.shown)
        self._rearrange()

    def show_column(self, name: str, *, shown: bool) -> None:
        """Sets whether there is a column for a part."""
        self.columns.shown[name] = shown
        self._rearrange()

    @Slot()
    def fit_columns(self) -> None:
        """Makes the columns as wide as what stands in them."""
        self.columns.fit(self._page.shown)
        self._rearrange()

    def forget_columns(self) -> None:
        """Shows no titles: there are no lines that have these parts."""
        self.columns.forget()
        self._rearrange()

    @Slot(str, int)
    def _set_width(self, name: str, width: int) -> None:
        self.columns.widths[name] = width
        self._rearrange()

    def _rearrange(self) -> None:
        """Lays the lines out anew: their columns are others."""
        self.columns.arrange()
        self._layouts.forget()
        self._widest = 0
        columns = self.columns.columns
        height = self._header.height() if columns and self.columns.used else 0
        self._header.setVisible(height > 0)
        self._header.show_columns(columns, self._gutter + theme.STEP - PADDING)
        if self.viewportMargins().top() != height:
            self.setViewportMargins(0, height, 0, 0)
        self._clock.stop()
        if self.columns.times.mode == AGO:
            self._clock.start(AGO_MS)
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        place, height = self.viewport().geometry(), self._header.height()
        self._header.setGeometry(place.left(), place.top() - height, place.width(), height)
