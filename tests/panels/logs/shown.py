"""The tab that reads logs, as its tests need it: on the screen, and with all that was asked for."""

from sysgui.panels.logs.view import LogsView
from sysgui.ui.panel import Context


def open_view(context: Context) -> LogsView:
    """Returns the tab in a window of its own, of a size in which rows are seen."""
    view = LogsView(context)
    context.shell.views.append(view)
    view.resize(1000, 600)
    view.show()
    return view


def settle(qtbot, view: LogsView) -> None:
    """Waits until all of what was asked has been answered."""

    def answered() -> bool:
        asking = view._asking
        page = asking.page
        if page is None or not page.settled or page.context != asking.context:
            return False
        return page.asked == asking.asked and not asking.seek

    qtbot.waitUntil(answered, timeout=30_000)


def seen(view: LogsView) -> list[str]:
    """Returns the lines that can be seen, from top to bottom."""
    return [one.line.text for one in view.lines._seen() if one.line is not None]
