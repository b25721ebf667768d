"""A bare PySide6 window, which says when it has been painted."""

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget


class Window(QWidget):
    def paintEvent(self, event: object) -> None:
        QTimer.singleShot(0, lambda: sys.stderr.write(f"painted {time.monotonic():.3f}\n"))


application = QApplication([])
window = Window()
window.setWindowTitle("Bare")
window.resize(1280, 800)
window.show()
application.exec()
