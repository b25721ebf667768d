"""The look: two designed themes, their few colours with a meaning, type and spacing."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

# Distances are multiples of this, in device-independent pixels.
STEP = 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of a theme; each resource keeps its hue in every panel."""

    window: str
    card: str
    line: str
    text: str
    muted: str
    selection: str
    cpu: str
    memory: str
    disk: str
    network: str
    good: str
    attention: str
    wrong: str

    def color(self, name: str) -> QColor:
        """Returns a token by its name."""
        return QColor(getattr(self, name))


LIGHT = Tokens(
    window="#F6F7F9", card="#FFFFFF", line="#E1E4E9",
    text="#1B1F26", muted="#5F6979", selection="#DCE9F8",
    cpu="#2C69AD", memory="#8A4FA8", disk="#19745E", network="#9F540B",
    good="#227548", attention="#965900", wrong="#BE352B",
)  # fmt: skip
DARK = Tokens(
    window="#16191E", card="#1E2228", line="#2C323A",
    text="#E6E9EE", muted="#98A2B1", selection="#26364A",
    cpu="#6AAEF0", memory="#C08FDC", disk="#57C7A6", network="#F0A65A",
    good="#5CC08B", attention="#E3A33C", wrong="#F17B72",
)  # fmt: skip
LIGHT_CONTRAST = Tokens(
    window="#FFFFFF", card="#FFFFFF", line="#000000",
    text="#000000", muted="#000000", selection="#B5D3F5",
    cpu="#0B4A8F", memory="#6A2A8A", disk="#00553F", network="#7A3B00",
    good="#00552B", attention="#6B3F00", wrong="#9C0F06",
)  # fmt: skip
DARK_CONTRAST = Tokens(
    window="#000000", card="#000000", line="#FFFFFF",
    text="#FFFFFF", muted="#FFFFFF", selection="#1F4F86",
    cpu="#8FC7FF", memory="#DDB5F2", disk="#7FE8C8", network="#FFC285",
    good="#7FE0AC", attention="#FFC663", wrong="#FFAAA3",
)  # fmt: skip


class Theme(QObject):
    """Follows the desktop between light and dark, and sets the application's palette.

    Signals:
        changed: The colours are others now; what paints with tokens paints anew.
    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.tokens = LIGHT
        self._application = application
        self._fixed = ""
        application.setStyle(QStyleFactory.create("Fusion"))
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self._follow()

    def fix(self, scheme: str) -> None:
        """Stays `light` or `dark`, whatever the desktop says; "" follows it again."""
        self._fixed = scheme
        self._follow()

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.tokens in (DARK, DARK_CONTRAST)

    @Slot()
    def _follow(self) -> None:
        hints = QGuiApplication.styleHints()
        dark = hints.colorScheme() == Qt.ColorScheme.Dark
        if self._fixed:
            dark = self._fixed == "dark"
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            tokens = DARK_CONTRAST if dark else LIGHT_CONTRAST
        else:
            tokens = DARK if dark else LIGHT
        self.tokens = tokens
        QApplication.setPalette(_palette(tokens))
        self._application.setStyleSheet(_style_sheet(tokens))
        self.changed.emit()

    @property
    def groove(self) -> QColor:
        """The ground of a bar that is not full."""
        color = self.tokens.color("line")
        if self.tokens in (LIGHT_CONTRAST, DARK_CONTRAST):
            color.setAlphaF(0.2)  # Lines are black or white there: a groove would look like a bar.
        return color


_theme: list[Theme] = []


def install(application: QApplication) -> Theme:
    """Makes the application's one theme."""
    _theme[:] = [Theme(application)]
    return _theme[0]


def current() -> Theme:
    """Returns the application's theme."""
    return _theme[0]


def tokens() -> Tokens:
    """Returns the colours that are in force."""
    return _theme[0].tokens


def _palette(colors: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for roles, name in (
        ((role.Window, role.Button), "window"),
        ((role.Base, role.AlternateBase, role.ToolTipBase), "card"),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), "text"),
        ((role.HighlightedText,), "text"),
        ((role.BrightText,), "attention"),
        ((role.Highlight,), "selection"),
        ((role.PlaceholderText,), "muted"),
        ((role.Link, role.LinkVisited, role.Accent), "cpu"),
        ((role.Light, role.Midlight), "card"),
        ((role.Mid, role.Dark, role.Shadow), "line"),
    ):
        for one in roles:
            palette.setColor(one, colors.color(name))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, colors.color("muted"))
    return palette


def _style_sheet(colors: Tokens) -> str:
    """Returns what Fusion is told of the few widgets that are not painted here."""
    return f"""
        QPushButton {{
            background: {colors.card}; color: {colors.text};
            border: 1px solid {colors.line}; border-radius: 4px; padding: 4px 12px;
        }}
        QPushButton:hover, QPushButton:checked {{ background: {colors.selection}; }}
        QPushButton:focus, QLineEdit:focus {{ border-color: {colors.cpu}; }}
        QPushButton:disabled {{ color: {colors.muted}; background: {colors.window}; }}
        QLineEdit, QPlainTextEdit, QListWidget {{
            background: {colors.card}; color: {colors.text};
            border: 1px solid {colors.line}; border-radius: 4px; padding: 4px 8px;
            selection-background-color: {colors.selection}; selection-color: {colors.text};
        }}
        QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
        QListWidget::item {{ padding: 2px 0; }}
        QTableView, QTreeWidget {{ border: 1px solid {colors.line}; border-radius: 4px; }}
        QTreeWidget {{ background: {colors.card}; padding: 4px; }}
        QTreeWidget::item {{ padding: 2px 0; }}
        QTreeWidget QHeaderView::section {{
            background: {colors.card}; color: {colors.muted}; font-weight: 600;
            border: none; border-bottom: 1px solid {colors.line}; padding: 4px 6px;
        }}
        QToolTip {{
            background: {colors.card}; color: {colors.text};
            border: 1px solid {colors.line}; padding: 4px;
        }}
        QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
        QAbstractScrollArea::corner {{ background: transparent; border: none; }}
        QScrollBar {{ background: transparent; border: none; margin: 0; }}
        QScrollBar:vertical {{ width: 12px; }}
        QScrollBar:horizontal {{ height: 12px; }}
        QScrollBar::handle {{
            background: {colors.line}; border-radius: 4px; margin: 2px;
            min-height: 28px; min-width: 28px;
        }}
        QScrollBar::handle:hover {{ background: {colors.muted}; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
        QTabWidget::pane {{ border: none; }}
        QTabBar::tab {{
            padding: 4px 12px; color: {colors.muted}; border: none;
            border-bottom: 2px solid transparent;
        }}
        QTabBar::tab:selected {{ color: {colors.text}; border-bottom-color: {colors.cpu}; }}
        QSplitter::handle {{ background: transparent; }}
        QStatusBar {{ border-top: 1px solid {colors.line}; }}
        QStatusBar::item {{ border: none; }}
    """


def tabular(font: QFont) -> QFont:
    """Returns the font with figures of equal width, so that columns of numbers stand still."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def data_font() -> QFont:
    """Returns the one size of type for data: the desktop's own, in tabular figures."""
    return tabular(QApplication.font())


def title_font() -> QFont:
    """Returns the one size of type for titles."""
    font = tabular(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * 1.5)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def strong_font() -> QFont:
    """Returns the data font, bold: for headings of cards and tables."""
    font = data_font()
    font.setWeight(QFont.Weight.DemiBold)
    return font


def report_font() -> QFont:
    """Returns the desktop's font of equal widths, for reports and command lines."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def is_palette_change(event: QEvent) -> bool:
    """Tells whether an event says that colours or fonts are others now."""
    return event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
