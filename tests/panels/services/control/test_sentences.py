"""What follows is said in sentences, the worst first."""

from typing import Any

from sysgui.panels.services.control.fate import FATES
from sysgui.panels.services.control.impact import Impact
from sysgui.panels.services.control.sentences import refusal, sentences, several


def said(**about: Any) -> str:
    return " ".join(sentences(Impact(**{"verb": "stop", "names": ["a.service"], **about})))


def test_what_else_stops_is_named() -> None:
    assert said() == "Nothing else stops."
    assert said(stops=["b.service"]) == "b.service stops as well."
    assert said(stops=["b.service", "c.service"]) == "b.service and c.service stop as well."
    again = said(verb="restart", stops=["b.service", "c.service"], ends=["c.service"])
    assert again == "b.service is restarted as well. c.service stops as well."
    lost = said(verb="restart", stops=["b.service"], ends=["b.service"],
                unmet={"b.service": ["c.service", "d.service"]})  # fmt: skip
    assert lost == (
        "b.service stops as well. "
        "b.service does not come up again: it needs c.service and d.service to be up."
    )
    unsure = said(verb="restart", stops=["b.service"], may_end=["b.service", "c.service"],
                  doubtful={"b.service": ["a.service"]})  # fmt: skip
    assert unsure == (
        "b.service is restarted as well. "
        "b.service may stay down: it needs a.service, but does not wait for it (After=). "
        "With that these may be down, too: c.service."
    )
    idle = said(verb="restart", may_end=["c.service"], doubtful={"a.service": []})
    assert idle == (
        "a.service may stop again at once, as it does if nothing needs it (StopWhenUnneeded=). "
        "With that these may be down, too: c.service."
    )
    assert said(verb="disable", runs=["a.service"]) == (
        "a.service goes on running until it is stopped."
    )


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    names = [f"{n}.service" for n in range(9)]
    assert several(names) == (
        "0.service, 1.service, 2.service, 3.service, 4.service, 5.service and 3 more"
    )


def test_what_brings_it_back_is_named() -> None:
    back = {"a.service": ["a.path", "a.socket", "a.timer", "b.service"]}
    told = said(returns=back, restarts={"a.service": "always"})
    assert "a.socket will start a.service again at the next connection." in told
    assert "a.timer will start a.service again when its time comes." in told
    assert "a.path will start a.service again when what it watches changes." in told
    assert "b.service will start a.service again at once." in told
    assert "Restart=" not in told
    assert "(Restart=on-failure), but not after it was told to stop" in said(
        restarts={"a.service": "on-failure"}
    )
    assert "a.service comes up again at the next boot." in said(at_boot=["a.service"])
    assert "boot" not in said(verb="restart", at_boot=["a.service"])


def test_what_carries_the_session_comes_first() -> None:
    told = sentences(
        Impact("stop", ["s.scope"], carries={"n.service": "network", "s.scope": "session",
                                             "u.slice": "session"})
    )  # fmt: skip
    assert told[0].startswith("n.service carries the network: connections")
    assert told[1].startswith("You are working in s.scope")
    assert not any("u.slice" in each for each in told)
    far = said(carries={"n.service": "network"}, remote=True)
    assert far.startswith("n.service carries the network through which you have come")
    restarted = said(verb="restart", carries={"ssh.service": "login"})
    assert "If it does not come up again" in restarted


def test_what_befalls_the_machine_comes_before_all_else() -> None:
    told = sentences(
        Impact("start", ["poweroff.target"], befalls={"poweroff.target": "off"},
               carries={"n.service": "network"}, remote=True)
    )  # fmt: skip
    assert told[0].startswith("poweroff.target turns the machine off")
    assert "cannot be brought back" in told[1]
    near = sentences(Impact("start", ["a.target"], befalls={"a.target": "reboot"}, remote=True))
    assert near == [FATES["reboot"].format(name="a.target")]


def test_what_cannot_run_beside_it_stops() -> None:
    told = said(verb="start", opposed=["b.service"], stops=["b.service", "c.service"])
    assert told == (
        "b.service stops: it cannot run beside what is started. c.service stops as well."
    )
    assert said(verb="start") == ""


def test_why_it_is_refused_is_said() -> None:
    assert refusal(Impact("stop", ["a.service"])) == ""
    for names, expected in (
        (["dbus.service"], "Nobody could log in without dbus.service."),
        (["dbus.socket"], "dbus.service would stop as well, and without that nobody could log in."),
    ):
        assert refusal(Impact("stop", names, refused=["dbus.service"])) == expected
