"""The user's rules on the screen: what they colour, how they are changed, what is too slow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.rules import COLORS, Rule, RuleSet, read, written
from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.text.patterns import expression
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.highlight import STRIKES
from sysgui.panels.logs.window.layouts import Laid, Layouts
from sysgui.panels.logs.window.marks import Marks
from sysgui.panels.logs.window.rules_dialog import RulesDialog
from sysgui.system.host import Host
from sysgui.ui import theme

from .shown import open_view

Make = Callable[..., LogsView]


@pytest.mark.parametrize("color", COLORS)
def test_a_colour_can_be_read_in_every_theme(color: str) -> None:
    """The ratio of WCAG 2.1 between text and ground is 4.5 at least."""
    for tokens in (theme.LIGHT, theme.DARK, theme.LIGHT_CONTRAST, theme.DARK_CONTRAST):
        bright, dark = sorted(map(luminance, (getattr(tokens, color), tokens.card)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def laid(text: str, *rules: Rule, level: int = -1, usual: bool = True) -> Laid:
    layouts = Layouts(QFont())
    layouts.follow(rules, usual=usual)
    return layouts.of(Line(0, text, len(text), level=level))


def bold(of: Laid) -> list[tuple[str, str]]:
    names = {theme.tokens().color(token).name(): token for token in COLORS}
    return [
        (of.layout.text()[one.start : one.start + one.length], names[color.name()])
        for one in of.layout.formats()
        if one.format.fontWeight() == QFont.Weight.Bold
        and (color := one.format.foreground().color())
    ]


def test_an_own_rule_comes_before_what_is_usual(look: Any) -> None:
    found = laid("error: gone", Rule("or: g", color="memory"), Rule("gone", color="good"))
    assert bold(found) == [("or: g", "memory")]
    assert found.ground == ""


def test_the_usual_can_be_left_out(look: Any) -> None:
    assert laid("error: gone", usual=False).layout.formats() == []
    assert laid("error: gone").layout.formats()


def test_a_line_stands_out_as_a_whole(look: Any) -> None:
    whole = Rule("gone", color="cpu", whole=True)
    assert laid("it is gone", whole).ground == "cpu"
    assert laid("it is there", whole).ground == ""
    level = Rule(level=4, color="attention")
    assert [laid("x", level, level=each).ground for each in (-1, 3, 4, 5)] == [
        "", "attention", "attention", "",
    ]  # fmt: skip
    off = Rule("gone", color="cpu", whole=True, enabled=False)
    assert laid("it is gone", off).ground == ""


def test_a_rule_that_takes_too_long_is_left_out_and_named(look: Any) -> None:
    layouts = Layouts(QFont())
    slow = Rule("(a|a)+$", kind="expression")
    layouts.follow([slow, Rule("quick")], usual=False)
    lines = [Line(n, "a" * 60 + f"! quick {n}", 70) for n in range(3 * STRIKES)]
    assert [bold(layouts.of(line)) for line in lines] == [[("quick", "attention")]] * len(lines)
    assert layouts.slow == ["(a|a)+$"]


def test_the_marks_of_a_search_are_given_up_before_they_are_felt() -> None:
    marks = Marks([expression("(a|a)+$")])
    tried = []

    class Pattern:
        def finditer(self, _subject: str, timeout: float) -> None:
            tried.append(timeout)
            raise TimeoutError

    marks._texts = [Pattern()]
    for _line in range(100):
        assert marks.places("a") == []
    assert sum(tried) < 0.1


@pytest.fixture
def make(qtbot, panel_context, tmp_path: Path) -> Make:
    log = tmp_path / "var/log/app.log"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"Nov 27 08:00:00 vm app[{n}]: it is gone\n" for n in range(50)))

    def make() -> LogsView:
        context = panel_context(Host(str(tmp_path)))
        view = open_view(context)
        qtbot.waitUntil(lambda: bool(view.lines.in_sight()), timeout=30_000)
        return view

    return make


def opened(view: LogsView) -> Any:
    view._highlighting.edit()
    (dialog,) = (one for one in view.findChildren(QDialog) if one.isVisible())
    assert isinstance(dialog, RulesDialog)
    return dialog


def grounds(view: LogsView) -> set[str]:
    return {one.laid.ground for one in view.lines._seen() if one.laid is not None}


def test_a_rule_is_made_by_hand_seen_at_once_and_kept(make: Make) -> None:
    view = make()
    dialog = opened(view)
    dialog._forms.setCurrentIndex(dialog._forms.findData("syslog"))
    QTest.mouseClick(dialog._add, Qt.MouseButton.LeftButton)
    QTest.keyClicks(dialog._form._pattern, "gone")
    dialog._form._whole.click()
    assert dialog._examples._layouts.of(view.lines.in_sight()[0]).ground == "attention"
    assert grounds(view) == {""}
    dialog.accept()
    assert grounds(view) == {"attention"}
    kept = view.context.settings.section("logs", LogsSettings).rules
    assert kept == {"syslog": RuleSet([Rule("gone", whole=True)])}


def test_rules_are_for_logs_of_their_form(make: Make) -> None:
    view = make()
    view._highlighting._take({"nginx": RuleSet([Rule("gone", whole=True)])})
    assert grounds(view) == {""}
    view._highlighting._take({"": RuleSet([Rule("gone", whole=True, color="good")])})
    assert grounds(view) == {"good"}


def test_rules_are_ordered_switched_and_removed(make: Make) -> None:
    view = make()
    view._highlighting._take({"": RuleSet([Rule("a"), Rule("b"), Rule("c")])})
    dialog = opened(view)
    dialog._list.setCurrentRow(2)
    dialog._up.click()
    dialog._up.click()
    dialog._list.item(1).setCheckState(Qt.CheckState.Unchecked)
    dialog._list.setCurrentRow(2)
    dialog._remove.click()
    dialog.accept()
    assert view._highlighting.sets == {"": RuleSet([Rule("c"), Rule("a", enabled=False)])}


def test_what_cannot_be_followed_is_not_saved(make: Make) -> None:
    view = make()
    dialog = opened(view)
    dialog._add.click()
    dialog._form._kind.setCurrentIndex(2)
    QTest.keyClicks(dialog._form._pattern, "(")
    assert "regular expression" in dialog._form._wrong.text()
    dialog.accept()
    assert dialog.isVisible()
    dialog.reject()
    assert view._highlighting.sets == {}


def test_rules_are_exchanged_and_a_bad_file_changes_nothing(make: Make, tmp_path: Path) -> None:
    view = make()
    sets = {"syslog": RuleSet([Rule("gone")], usual=False)}
    good, bad, out = (tmp_path / name for name in ("good.json", "bad.json", "out.json"))
    good.write_bytes(written(sets))
    bad.write_text("{}")
    dialog = opened(view)
    dialog._import_from(str(bad))
    assert "Nothing was changed" in dialog._form._wrong.text()
    assert dialog._sets == {}
    dialog._import_from(str(good))
    dialog._export_to(str(out))
    dialog.accept()
    assert view._highlighting.sets == read(out.read_bytes()) == sets


def test_a_slow_rule_is_told_and_the_rest_goes_on(qtbot, make: Make, tmp_path: Path) -> None:
    (tmp_path / "var/log/slow.log").write_text(f"{'a' * 60}!\n" * 50)
    view = make()
    view._highlighting._take({"": RuleSet([Rule("(a|a)+$", kind="expression")])})
    view.open_with(path="/var/log/slow.log")
    qtbot.waitUntil(lambda: "(a|a)+$" in view._note.text(), timeout=30_000)
