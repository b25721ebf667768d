"""The look: contrast by the book (WCAG 2.2), and colours that change while the window is open."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QTableView

import sysgui.panels
from sysgui.system.history import History
from sysgui.system.panel import find_panels
from sysgui.ui import icons, theme
from sysgui.ui.bars import Bar, Bars
from sysgui.ui.card import Card
from sysgui.ui.graph import Curve, Graph
from sysgui.ui.heat import HeatStrips

THEMES = {
    "light": theme.LIGHT,
    "dark": theme.DARK,
    "light-contrast": theme.LIGHT_CONTRAST,
    "dark-contrast": theme.DARK_CONTRAST,
}
TEXTS = ("text", "muted")
RESOURCES = ("cpu", "memory", "disk", "network")
STATES = ("good", "attention", "wrong")
GROUNDS = ("window", "card", "selection")


def luminance(color: QColor) -> float:
    """Returns the relative luminance of WCAG 2.2."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_book() -> None:
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("token", [*TEXTS, *RESOURCES, *STATES])
def test_everything_written_can_be_read(tokens: theme.Tokens, ground: str, token: str) -> None:
    assert contrast(tokens.color(token), tokens.color(ground)) >= 4.5


@pytest.mark.parametrize("name", ["light-contrast", "dark-contrast"])
@pytest.mark.parametrize("token", [*TEXTS, "line"])
def test_high_contrast_is_high(name: str, token: str) -> None:
    tokens = THEMES[name]
    assert contrast(tokens.color(token), tokens.color("card")) >= 7


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_no_two_resources_and_no_two_states_look_alike(tokens: theme.Tokens) -> None:
    for names in (RESOURCES, STATES):
        hues = sorted(tokens.color(name).hslHue() for name in names)
        steps = [b - a for a, b in zip(hues, [*hues[1:], hues[0] + 360], strict=True)]
        assert min(steps) >= 20


class Desktop:
    """A desktop whose settings the test changes; the offscreen platform has none to change."""

    def __init__(self, application: QApplication) -> None:
        self._hints = application.styleHints()
        self.scheme = Qt.ColorScheme.Light
        self.contrast = Qt.ContrastPreference.NoPreference

    def styleHints(self) -> "Desktop":
        return self

    def accessibility(self) -> "Desktop":
        return self

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme

    def contrastPreference(self) -> Qt.ContrastPreference:
        return self.contrast

    def turn(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self._hints.colorSchemeChanged.emit(scheme)

    def want(self, contrast: Qt.ContrastPreference) -> None:
        self.contrast = contrast
        self._hints.accessibility().contrastPreferenceChanged.emit(contrast)


@pytest.fixture
def desktop(qapp, look, monkeypatch) -> Desktop:
    desktop = Desktop(qapp)
    monkeypatch.setattr(theme, "QGuiApplication", desktop)
    return desktop


def window_color() -> QColor:
    return QApplication.palette().color(QPalette.ColorRole.Window)


def test_it_follows_the_desktop_while_it_runs(qtbot, look, desktop: Desktop) -> None:
    with qtbot.waitSignal(look.changed):
        desktop.turn(Qt.ColorScheme.Dark)
    assert look.tokens == theme.DARK
    assert look.dark
    assert window_color() == QColor(theme.DARK.window)
    with qtbot.waitSignal(look.changed):
        desktop.turn(Qt.ColorScheme.Light)
    assert look.tokens == theme.LIGHT
    assert window_color() == QColor(theme.LIGHT.window)


def test_a_desktop_that_wants_high_contrast_gets_it(qtbot, look, desktop: Desktop) -> None:
    desktop.want(Qt.ContrastPreference.HighContrast)
    assert look.tokens == theme.LIGHT_CONTRAST
    desktop.turn(Qt.ColorScheme.Dark)
    assert look.tokens == theme.DARK_CONTRAST
    assert look.dark
    desktop.want(Qt.ContrastPreference.NoPreference)
    assert look.tokens == theme.DARK


def test_a_fixed_theme_stays_whatever_the_desktop_says(qtbot, look, desktop: Desktop) -> None:
    look.fix("light")
    desktop.turn(Qt.ColorScheme.Dark)
    assert look.tokens == theme.LIGHT
    look.fix("")
    assert look.tokens == theme.DARK


def test_what_is_open_is_painted_in_the_new_colours(qtbot, look) -> None:
    history = History(10)
    for second in range(10):
        history.append(float(second), {"cpu": 50.0})
    card = Card("CPU")
    graph = Graph(history, [Curve("cpu", "cpu")], str, top=100.0)
    graph.set_span(9)
    bars = Bars("nothing")
    bars.show_bars([Bar("one", 0.5, "50 %", "cpu")])
    heat = HeatStrips(history, "cpu")
    heat.show_series(["cpu"])
    heat.set_span(9)
    for widget in (graph, bars, heat):
        card.add(widget, 1)
    qtbot.addWidget(card)
    card.resize(400, 400)
    card.show()
    qtbot.waitUntil(card.isVisible)
    for name in ("dark", "light", "dark"):
        look.fix(name)
        QApplication.processEvents()
        tokens = THEMES[name]
        for widget in (card, graph, bars):
            picture = widget.grab().toImage()
            colors = {
                picture.pixelColor(x, y).name().upper()
                for x in range(0, picture.width(), 2)
                for y in range(0, picture.height(), 2)
            }
            other = THEMES["light" if name == "dark" else "dark"]
            assert tokens.card in colors or tokens.window in colors
            assert other.card not in colors


def test_figures_have_equal_widths(qtbot, look) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    label.setFont(theme.data_font())
    widths = {label.fontMetrics().horizontalAdvance(digit * 10) for digit in "0123456789"}
    assert len(widths) == 1


def test_there_are_two_sizes_of_type_and_no_third(qtbot, look) -> None:
    data, title, strong = theme.data_font(), theme.title_font(), theme.strong_font()
    assert QFontInfo(data).pointSizeF() == QFontInfo(strong).pointSizeF()
    assert title.pointSizeF() == pytest.approx(1.5 * data.pointSizeF())


def test_an_icon_is_drawn_in_its_colour_and_an_unknown_one_is_an_error(qtbot, look) -> None:
    picture = icons.icon("mdi6.chip", "cpu").pixmap(32, 32).toImage()
    drawn = {picture.pixelColor(x, y).name() for x in range(32) for y in range(32)}
    assert theme.LIGHT.cpu.lower() in drawn
    with pytest.raises(KeyError):
        icons.icon("mdi6.no-such-icon")


def test_every_panel_has_an_icon_that_exists(qtbot, look) -> None:
    found, broken = find_panels(sysgui.panels)
    assert not broken
    for panel in found:
        assert not icons.icon(panel.icon).isNull()


def test_the_palette_reaches_widgets_of_qt(qtbot, look) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    look.fix("dark")
    table.ensurePolished()
    assert table.palette().color(QPalette.ColorRole.Text) == QColor(theme.DARK.text)
