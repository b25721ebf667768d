"""What is told of several logs that are read as one, against what their queries find in all."""

import lzma
from pathlib import Path

import pytest

from sysgui.panels.logs.analysis.analysis import Analysis
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.merged.log import MergedLog
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import PageProbe
from sysgui.system.host import Host

from .asking import figures
from .test_analysis import made
from .test_logins import LINES

RECORDED = Path(__file__).parents[1] / "journal" / "recorded" / "compact.journal.xz"


def rows_of(name: str, query: str) -> int:
    probe = PageProbe(Host())
    try:
        while True:
            page = probe.read(source=name, query=query, count=0, seconds=1.0)
            assert not page.refused, query
            if page.settled:
                return page.rows
    finally:
        probe.close()


@pytest.mark.parametrize("query", ["", "level<=warning"])
def test_figures_of_several_logs_are_what_their_queries_find(tmp_path: Path, query: str) -> None:
    iso, auth, journal = tmp_path / "iso.log", tmp_path / "auth.log", tmp_path / "j"
    iso.write_text("".join(f"{each.line}\n" for each in made("iso", 100)))
    auth.write_text("".join(f"{line}\n" for line, *_said in LINES))
    journal.mkdir()
    (journal / "a.journal").write_bytes(lzma.decompress(RECORDED.read_bytes()))
    paths = [str(iso), str(auth), f"journal:{journal}"]
    name = name_of([Source(path, offset=1_000_000 * n) for n, path in enumerate(paths)])
    log = MergedLog(Host(), name)
    log.ask(query, "")
    analysis = Analysis(Host(), log, query, Zone(zone_of(Host(), "UTC")))
    analysis.go_on(float("inf"))
    report = analysis.report()
    log.close()
    assert report.lines == rows_of(name, query)
    told = [each for each in figures(report) if each[0] not in ("errors", "slow")]
    assert len(told) > 20
    for what, figure in told[::3]:
        assert rows_of(name, figure.query) == figure.count, (what, figure.query)
