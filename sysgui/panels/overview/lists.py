"""What uses most, and how full file systems are: short ranked lists beside the graphs."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from sysgui.system import units
from sysgui.system.filesystems import Filesystem
from sysgui.system.i18n import _
from sysgui.system.processes import Process
from sysgui.ui import theme
from sysgui.ui.bars import Bar, Bars
from sysgui.ui.card import Card
from sysgui.ui.card_grid import CardGrid

from .probe import Top

WIDTH = 64 * theme.STEP

# From here on a file system deserves a look.
NEARLY_FULL = 90


class Lists(CardGrid):
    """The processes that use most CPU and most memory, and the file systems.

    Args:
        parent: Owns it.

    Attributes:
        cpu: The list of what uses most CPU.
        memory: The same, of memory.
        filesystems: The list of file systems.

    Signals:
        clicked: The key of a process.
    """

    clicked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(WIDTH, 3, parent)
        self.cpu = Bars(_("Nothing uses the CPU now."))
        self.memory = Bars(_("No processes can be seen."))
        self.filesystems = Bars(_("None with data is mounted."))
        lists = {
            _("Most CPU"): self.cpu,
            _("Most memory"): self.memory,
            _("Filesystems"): self.filesystems,
        }
        self.show_cards([self._card(title, bars) for title, bars in lists.items()])

    def _card(self, title: str, bars: Bars) -> Card:
        bars.clicked.connect(self.clicked)
        card = Card(title)
        card.add(bars, 1)
        return card

    def show_top(self, top: Top) -> None:
        """Shows what uses most."""
        most_cpu = max((p.cpu or 0.0 for p in top.cpu), default=0.0) or 1.0
        most_memory = max((p.rss for p in top.memory), default=0) or 1
        self.cpu.show_bars(
            [
                _process_bar(p, (p.cpu or 0.0) / most_cpu, units.percent(p.cpu), "cpu")
                for p in top.cpu
            ]
        )
        self.memory.show_bars(
            [_process_bar(p, p.rss / most_memory, units.size(p.rss), "memory") for p in top.memory]
        )

    @Slot(object)
    def show_filesystems(self, filesystems: list[Filesystem]) -> None:
        """Shows how full file systems are."""
        self.filesystems.show_bars([_filesystem_bar(filesystem) for filesystem in filesystems])


def _process_bar(process: Process, share: float, figure: str, token: str) -> Bar:
    return Bar(
        name=process.name,
        share=share,
        figure=figure,
        token=token,
        key=process.key,
        tip=_("pid {pid}, {user}: {command}").format(
            pid=process.pid, user=process.user, command=process.command[:200]
        ),
    )


def _filesystem_bar(filesystem: Filesystem) -> Bar:
    percent = filesystem.percent or 0
    return Bar(
        name=filesystem.mount_point,
        share=percent / 100,
        figure=_("{percent} of {size}").format(
            percent=units.percent(filesystem.percent), size=units.size(filesystem.size)
        ),
        token=_fullness(percent),
        tip=_("{device}, {type}: {available} available").format(
            device=filesystem.device,
            type=filesystem.type,
            available=units.size(filesystem.available),
        ),
    )


def _fullness(percent: int) -> str:
    if percent >= 98:
        return "wrong"
    return "attention" if percent >= NEARLY_FULL else "disk"
