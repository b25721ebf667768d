"""Icons: glyphs of the Material Design font that qtawesome carries, in the theme's colours.

Its files are used and qtawesome itself is not imported: that loads twelve fonts and three more Qt
libraries, 33 MB and 0.2 s.
"""

import functools
import importlib.util
import re
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

from sysgui.ui import theme

_FONT = "materialdesignicons6-webfont-*.ttf"
_CHARACTERS = "materialdesignicons6-webfont-charmap-*.json"


# From a small icon in a menu to a large one at 200 % scaling.
_SIZES = (16, 20, 24, 32, 48)


def paint(painter: QPainter, rect: QRect, name: str, color: QColor) -> None:
    """Paints an icon by its name (`mdi6.chip`) into a square."""
    font = QFont(_family())
    font.setPixelSize(rect.height())
    painter.save()
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _character(name))
    painter.restore()


def icon(name: str, token: str = "text") -> QIcon:
    """Returns an icon in the colour that a token has now; ask again when the theme changes."""
    _character(name)  # An unknown one fails here, not while a painter is at work.
    made = QIcon()
    for mode, color in ((QIcon.Mode.Normal, token), (QIcon.Mode.Disabled, "muted")):
        for size in _SIZES:
            picture = QPixmap(size, size)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            paint(painter, picture.rect(), name, theme.tokens().color(color))
            painter.end()
            made.addPixmap(picture, mode)
    return made


@functools.cache
def _family() -> str:
    font = next(_folder().glob(_FONT))
    number = QFontDatabase.addApplicationFont(str(font))
    return QFontDatabase.applicationFontFamilies(number)[0]


@functools.cache
def _folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome", name="qtawesome")
    return Path(spec.origin).parent / "fonts"


@functools.cache
def _character(name: str) -> str:
    """Looks a glyph up in the font's own list, which is too long to be kept."""
    listed = next(_folder().glob(_CHARACTERS)).read_text()
    found = re.search(rf'"{re.escape(name.removeprefix("mdi6."))}": "0x([0-9a-f]+)"', listed)
    if found is None:
        raise KeyError(name)
    return chr(int(found[1], 16))
