"""Offers the values that a part has, while one is typed, and the fields that a log of JSON has."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from sysgui.panels.logs.formats.keyed import JSON
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.query import OF_ANY_LOG, LogLanguage
from sysgui.panels.logs.values import FIELDS, PartValue, PartValues
from sysgui.system.query import Completion
from sysgui.system.query_values import quote
from sysgui.system.units import count
from sysgui.ui.panel import PanelView

from .asking import Asking
from .language import language_of_any_log
from .log_pane import LogPane


class Values(QObject):
    """Suggests values in both lines of queries, and has them know the fields of the log.

    Args:
        view: Owns it.
        pane: Has these lines.
        asking: Knows which log is read.
    """

    def __init__(self, view: PanelView, pane: LogPane, asking: Asking) -> None:
        super().__init__(view)
        self._asking = asking
        self._language = language_of_any_log()
        # By the source, with the fields of its own.
        self._languages: dict[str, LogLanguage] = {}
        self._edits = (pane.show_edit, pane.find_edit)
        self._known: dict[tuple[str, str], list[PartValue]] = {}
        self._poller = asking.further_poller(self, "logs.values", PartValues)
        self._poller.reading.connect(self._take)
        asking.shown.connect(self._learn)
        asking.opened.connect(self._speak)
        for edit in self._edits:
            edit.suggestions.suggest = self._suggest

    @Slot(object)
    def _learn(self, page: Page) -> None:
        """Asks for the fields of a log, which are offered as soon as they are known."""
        source = page.asked[0]
        if page.form == JSON and source not in self._languages:
            self._poller.ask_once(source=source, part="")

    @Slot()
    def _speak(self) -> None:
        """Has what is typed be read in the language of the log."""
        for edit in self._edits:
            edit.language = self._languages.get(self._source, self._language)

    @property
    def _source(self) -> str:
        return self._asking.source or self._asking.path

    def _suggest(self, text: str, cursor: int) -> Sequence[Completion]:
        source = self._source
        language = self._languages.get(source, self._language)
        begun = language.begun_value(text, cursor)
        name = begun.name if begun is not None else ""
        # A level is one of ours, whatever a field of that name has.
        is_own = bool(name) and source in self._languages and name not in OF_ANY_LOG
        if begun is None or not (name in FIELDS or is_own):
            return language.complete(text, cursor)
        known = self._known.get((source, begun.name))
        if known is None or not begun.text:
            # What is known may have become more.
            self._poller.ask_once(source=source, part=begun.name)
        wanted = begun.text.casefold()
        return [
            Completion(quote(value.text), begun.start, value.span or count(value.entries))
            for value in known or ()
            if wanted in value.text.casefold()
        ]

    @Slot(object)
    def _take(self, found: PartValues) -> None:
        key = found.source, found.part
        is_new = self._known.get(key) is None
        if not found.part:
            names = [value.text for value in found.values]
            self._languages[found.source] = language_of_any_log(names)
            self._speak()
        self._known[key] = found.values
        for edit in self._edits:
            if is_new and edit.hasFocus():
                edit.suggestions.show_values()
