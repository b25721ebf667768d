"""Draws the application's icon in every size from its SVG: `python installer/icons.py`.

Needs PySide6. The pictures are committed, so that installing needs no renderer.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"

# Pixels: the sizes that the hicolor theme lists.
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def drawn(size: int) -> QImage:
    """Returns the icon in a size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / "sysgui.svg")).render(painter)
    painter.end()
    return image


if __name__ == "__main__":
    for pixels in SIZES:
        drawn(pixels).save(str(ICONS / f"sysgui-{pixels}.png"))
