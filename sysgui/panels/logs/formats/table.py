r"""The forms that are known; of two that fit, the first is taken.

Where they come from: RFC 3164 and RFC 5424; rsyslog's templates `RSYSLOG_FileFormat` and
`RSYSLOG_TraditionalFileFormat`; dmesg(1); `log_format combined` of nginx, `LogFormat` of Apache's
mod_log_config and `ErrorLogFormat` of its core; Python's logging.Formatter; log4j's PatternLayout,
logback's and Spring Boot's defaults, `SimpleFormatter` of java.util.logging, Tomcat's
`OneLineFormatter`; `log_line_prefix` of Debian's PostgreSQL; the error logs of
MariaDB and MySQL, and their log of slow queries; auditd(8); dpkg(1), apt(8) and
update-alternatives(1); journalctl's outputs `short-precise`, `short-full` and `short-unix`;
`error_log` of PHP; Ruby's Logger; `serverLogRaw` of Redis; what begins with what ctime(3) returns,
or with the seconds since 1970.
"""

from .form import (
    ACCESS,
    APACHE,
    APT,
    ISO,
    JAVA,
    MESSAGE,
    REDIS,
    SECONDS,
    SINCE_BOOT,
    SYSLOG,
    TOMCAT,
    WORD,
    Form,
    Place,
    Step,
    gap,
    level,
    parts_of_steps,
    time,
)

_CLOCK = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FRACTION = "(?:[.,][0-9]{1,9})?"
_OFFSET = "(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_MONTH = "[A-Z][a-z]{2}"
_ZONED = f"{_DATE}T{_CLOCK}{_FRACTION}{_OFFSET}"
_EITHER = f"{_DATE}[T ]{_CLOCK}{_FRACTION}"
_WALL = rf"[A-Z][a-z]{{2}} {_MONTH} [ 0-9][0-9] {_CLOCK}(?:\.[0-9]{{6}})? [0-9]{{4}}"
_DAY = f"[0-9]{{2}}-{_MONTH}-[0-9]{{4}}"
_REDIS_TIME = rf"[0-9]{{2}} {_MONTH} [0-9]{{4}} {_CLOCK}\.[0-9]{{3}}"
_PRIORITY = "(?:<[0-9]{1,3}>)?"
_NUMBER = "[0-9]"
_LETTERS = "[A-Za-z]"
_TAG = rf"{WORD}+ [^ \t\r\n:\[]+(?:\[[0-9]+\])?:"
_QUOTED = r"(?:[^\"\\\r\n]|\\[^\r\n])*\""

# The levels of RFC 9110's classes: the server failed (err), and whoever asked did (warning).
_STATUS = ((3, "5"), (4, "4"))

# PostgreSQL's, section "Message Severity Levels".
_SEVERITIES = (
    (0, "PANIC"), (2, "FATAL"), (3, "ERROR"), (4, "WARNING"), (5, "NOTICE"), (6, "INFO"),
    (7, "DEBUG[1-5]?"),
)  # fmt: skip

# As dmesg --decode has them.
_KERNEL_LEVELS = "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"

# Redis' LL_WARNING, LL_NOTICE, LL_VERBOSE and LL_DEBUG.
_REDIS_LEVELS = ((4, "#"), (5, r"\*"), (7, "[.-]"))


def _word(name: str, *, nil: str = "") -> Step:
    return Step(name, WORD, behind=" ", nil=nil)


def _tagged(name: str, written: int, moment: str, begins: str = WORD, before: str = "") -> Form:
    """Returns the form of lines of time, host, and message with a tag such as `sshd[7]:`.

    Args:
        name: What it is called.
        written: How the time is.
        moment: The same as an expression.
        begins: What must stand behind it.
        before: What stands before it; empty: a priority may.
    """
    return Form(
        name,
        f"{before or _PRIORITY}{moment} {begins}",
        written,
        Place(expression=before) if before else Place(priority=True),
        parts_of_steps(
            gap(before or _PRIORITY),
            time(moment),
            gap(" "),
            _word("host"),
            gap(" "),
            Step("identifier", r"[^ \t\r\n:\[]", behind=r"(?:\[[0-9]+\])?:"),
            Step("pid", _NUMBER, r"\[", r"\]", behind=":", optional=True),
            gap(": ?"),
        ),
    )


def _access(name: str, *first: Step) -> Form:
    """Returns the form of a web server's requests.

    Of a path only what comes before a backslash is taken: what it escapes came from no browser. The
    user is as whoever asked says, and may hold spaces.
    """
    moment = rf"[0-9]{{2}}/{_MONTH}/[0-9]{{4}}:{_CLOCK} [+-][0-9]{{4}}"
    begins = "".join(step.whole for step in first)
    parts = parts_of_steps(
        *first,
        _word("client"),
        gap(f" {WORD}+ "),
        Step("user", r"[^\[\r\n]", behind=r" \[", nil="-"),
        gap(r" \["),
        time(moment),
        gap(r"\] "),
        MESSAGE,
        gap('"'),
        Step("method", "[A-Z]", behind=" ", optional=True),
        Step("path", r"[^ \"\\\r\n]", " ", behind=r"[ \"\\]", optional=True),
        gap(f"{_QUOTED} "),
        Step("status", _NUMBER, behind=" "),
    )
    before, behind = parts["status"].before, parts["status"].behind
    return Form(
        name,
        rf"{begins}{WORD}+ (?:- [^\[\r\n]+|{WORD}+ {WORD}+) \[{moment}\] \"",
        ACCESS,
        Place(mark="["),
        parts,
        {level: f"^{before}{first_digit}[0-9]{{2}}{behind}" for level, first_digit in _STATUS},
    )


def _postgresql() -> Form:
    """Returns the form of PostgreSQL's lines.

    A statement that is logged may hold any words; what is LOG, DETAIL or STATEMENT is of no level.
    """
    moment = rf"{_DATE} {_CLOCK}{_FRACTION} (?:[A-Z]{{1,5}}|[+-][0-9]{{2,4}})"
    parts = parts_of_steps(
        time(moment),
        gap(r" \["),
        Step("pid", _NUMBER, behind=r"(?:-[0-9]+)?\]"),
        gap(r"(?:-[0-9]+)?\] "),
        Step("user", r"[^ @:\r\n]", behind=f"@{WORD}+ ", optional=True),
        Step("database", WORD, "@", " ", optional=True),
        level("[A-Z0-9]", ":"),
        gap(": *"),
    )
    before = rf"{moment} \[[0-9]+(?:-[0-9]+)?\] (?:[^ @:\r\n]+@{WORD}+ )?"
    return Form(
        "postgresql",
        rf"{moment} \[[0-9]+\]",
        ISO,
        Place(),
        parts,
        {severity: f"^{before}{word}:" for severity, word in _SEVERITIES},
    )


FORMS: tuple[Form, ...] = (
    Form(
        "rfc5424",
        f"<[0-9]{{1,3}}>1 (?:-|{_ZONED}) {WORD}+ {WORD}+ {WORD}+ {WORD}+ ",
        ISO,
        Place("1 ", priority=True),
        parts_of_steps(
            gap("<[0-9]{1,3}>1 "),
            time(f"-|{_ZONED}"),
            gap(" "),
            _word("host", nil="-"),
            gap(" "),
            _word("identifier", nil="-"),
            gap(" "),
            _word("pid", nil="-"),
            gap(f" {WORD}+ "),
            gap(rf"(?:-|(?:\[[^\]\"\r\n]*(?:\"{_QUOTED}[^\]\"\r\n]*)*\])+) ?"),
        ),
    ),
    _tagged("syslog", SYSLOG, rf"{_MONTH} [ 0-9][0-9] {_CLOCK}(?:\.[0-9]{{1,6}})?"),
    _tagged("syslog-iso", ISO, _ZONED, _TAG),
    _tagged(
        "journal-full",
        ISO,
        rf"{_DATE} {_CLOCK}{_FRACTION} (?:[A-Z]{{1,5}}|[+-][0-9]{{2,4}})",
        _TAG,
        before="[A-Z][a-z]{2} ",
    ),
    _tagged("journal-unix", SECONDS, r"[0-9]{9,10}\.[0-9]{6}", _TAG),
    _access("access"),
    _access("access-hosts", _word("host"), gap(" ")),
    Form(
        "apache-error",
        rf"\[{_WALL}\] \[",
        APACHE,
        Place("["),
        parts_of_steps(
            gap(r"\["),
            time(_WALL),
            gap(r"\] \["),
            Step("identifier", "[a-z0-9_]", "", ":", optional=True),
            level("[a-z0-9]", r"\]"),
            gap(r"\] "),
            Step("pid", _NUMBER, r"\[pid ", r"(?::tid [0-9]+)?\] ", optional=True),
            Step("client", r"[^ \]\r\n]", r"\[client ", r"\] ", optional=True),
        ),
    ),
    Form(
        "kernel",
        rf"{_PRIORITY}\[ {{0,11}}[0-9]+\.[0-9]{{6}}\]",
        SINCE_BOOT,
        Place("[", priority=True),
        parts_of_steps(
            gap(rf"{_PRIORITY}\[ *"),
            time(r"[0-9]+\.[0-9]{6}"),
            gap(r"\](?:\[ *[CT][0-9]+\])? ?"),
        ),
    ),
    Form(
        "kernel-level",
        r"[a-z0-9]+ *:[a-z]+ *: \[ {0,11}[0-9]+\.[0-9]{6}\]",
        SINCE_BOOT,
        Place(expression=r"[a-z0-9]+ *:[a-z]+ *: \["),
        parts_of_steps(
            Step("facility", "[a-z0-9]", behind=" *:"),
            gap(" *:"),
            level("[a-z]", " *:"),
            gap(r" *: \[ *"),
            time(r"[0-9]+\.[0-9]{6}"),
            gap(r"\] ?"),
        ),
        {number: f"^[a-z0-9]+ *:{word} *:" for number, word in enumerate(_KERNEL_LEVELS)},
    ),
    Form(
        "kernel-wall",
        rf"\[{_WALL}\] ",
        APACHE,
        Place("["),
        parts_of_steps(gap(r"\["), time(_WALL), gap(r"\] ")),
    ),
    Form(
        "nginx-error",
        rf"[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}} {_CLOCK} \[[a-z]+\] [0-9]+#",
        ISO,
        Place(),
        parts_of_steps(
            time(f"[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}} {_CLOCK}"),
            gap(r" \["),
            level("[a-z]", r"\]"),
            gap(r"\] "),
            Step("pid", _NUMBER, behind="#"),
            gap("#[0-9]+: "),
        ),
    ),
    Form(
        "python",
        f"{_EITHER} - {WORD}+ - [A-Z]+ - ",
        ISO,
        Place(),
        parts_of_steps(
            time(_EITHER),
            gap(" - "),
            Step("identifier", WORD, behind=" - "),
            gap(" - "),
            level("[A-Z]", " - "),
            gap(" - "),
        ),
    ),
    Form(
        "python-plain",
        "(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[^ :\r\n]+:",
        parts=parts_of_steps(
            level("[A-Z]", ":"), gap(":"), Step("identifier", r"[^ :\r\n]", behind=":"), gap(":"),
        ),
    ),
    Form(
        "spring",
        f"{_EITHER}{_OFFSET}? +[A-Z]+ [0-9]+ --- ",
        ISO,
        Place(),
        parts_of_steps(
            time(f"{_EITHER}{_OFFSET}?"),
            gap(" +"),
            level("[A-Z]", " "),
            gap(" "),
            Step("pid", _NUMBER, behind=" ---"),
            gap(r" --- (?:\[[^\]\r\n]*\] )+"),
            Step("identifier", r"[^ \r\n]", behind=" +:"),
            gap(" +: ?"),
        ),
    ),
    Form(
        "java",
        rf"{_EITHER} +(?:\[[^\]\r\n]*\] +)?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) "
        rf" *(?:\[[^\]\r\n]*\] +)?[^ \r\n]+ +- ",
        ISO,
        Place(),
        parts_of_steps(
            time(_EITHER),
            gap(r" +(?:\[[^\]\r\n]*\] +)?"),
            level("[A-Z]", " "),
            gap(r" +(?:\[[^\]\r\n]*\] +)?"),
            Step("identifier", r"[^ \r\n\[]", behind=" +- "),
            gap(" +- "),
        ),
    ),
    Form(
        "tomcat",
        rf"[0-9]{{2}}-{_MONTH}-[0-9]{{4}} {_CLOCK}{_FRACTION} [A-Z]+ \[",
        TOMCAT,
        Place(),
        parts_of_steps(
            time(rf"[0-9]{{2}}-{_MONTH}-[0-9]{{4}} {_CLOCK}{_FRACTION}"),
            gap(" "),
            level("[A-Z]", " "),
            gap(r" \[[^\]\r\n]*\] "),
            _word("identifier"),
            gap(" "),
        ),
    ),
    Form(
        "java-util",
        rf"{_MONTH} [0-9]{{2}}, [0-9]{{4}} [0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}} [AP]M {WORD}",
        JAVA,
        Place(),
        parts_of_steps(
            time(rf"{_MONTH} [0-9]{{2}}, [0-9]{{4}} [0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}} [AP]M"),
            gap(" "),
            _word("identifier"),
            gap(" "),
        ),
    ),
    _postgresql(),
    Form(
        "mariadb",
        rf"{_DATE}[T ][ 0-9][0-9]{_CLOCK[8:]}{_FRACTION}Z? [0-9]+ \[[A-Za-z]+\] ",
        ISO,
        Place(),
        parts_of_steps(
            time(f"{_DATE}[T ][ 0-9][0-9]{_CLOCK[8:]}{_FRACTION}Z?"),
            gap(r" [0-9]+ \["),
            level(_LETTERS, r"\]"),
            gap(r"\] "),
        ),
    ),
    Form(
        "dpkg",
        f"{_DATE} {_CLOCK} (?:startup|status|install|upgrade|configure|trigproc|remove|purge|"
        "disappear|conffile) ",
        ISO,
        Place(),
        parts_of_steps(time(f"{_DATE} {_CLOCK}"), gap(" "), _word("action"), gap(" ")),
    ),
    Form(
        "alternatives",
        f"update-alternatives {_DATE} {_CLOCK}: ",
        ISO,
        Place("update-alternatives "),
        parts_of_steps(
            _word("identifier"), gap(" "), time(f"{_DATE} {_CLOCK}"), gap(": "),
        ),
    ),
    Form(
        "apt-history",
        f"(?:Start|End)-Date: {_DATE}  {_CLOCK}",
        APT,
        Place(expression="(?:Start|End)-Date: "),
        parts_of_steps(gap("(?:Start|End)-Date: "), time(f"{_DATE}  {_CLOCK}")),
    ),
    Form(
        "apt-term",
        f"Log (?:started|ended): {_DATE}  {_CLOCK}",
        APT,
        Place(expression="Log (?:started|ended): "),
        parts_of_steps(gap("Log (?:started|ended): "), time(f"{_DATE}  {_CLOCK}")),
        share=0.0,
    ),
    Form(
        "audit",
        rf"(?:node={WORD}+ )?type=[A-Z_0-9]+ msg=audit\([0-9]+\.",
        SECONDS,
        Place(expression=rf"(?:node={WORD}+ )?type=[A-Z_0-9]+ msg=audit\("),
        parts_of_steps(
            Step("host", WORD, "node=", " ", optional=True),
            gap("type="),
            Step("type", "[A-Z_0-9]", behind=" "),
            gap(r" msg=audit\("),
            time(r"[0-9]+\.[0-9]{3}"),
            gap(r":[0-9]+\): ?"),
        ),
    ),
    Form(
        "mysql-slow",
        rf"# Time: {_ZONED}",
        ISO,
        Place("# Time: "),
        parts_of_steps(gap("# Time: "), time(_ZONED)),
    ),
    Form(
        "php",
        rf"\[{_DAY} {_CLOCK}{_FRACTION}(?: [A-Za-z_/+-]+)?\] ",
        TOMCAT,
        Place("["),
        parts_of_steps(
            gap(r"\["), time(f"{_DAY} {_CLOCK}{_FRACTION}(?: [A-Za-z_/+-]+)?"), gap(r"\] ")
        ),
    ),
    Form(
        "ruby",
        rf"[A-Z], \[{_EITHER} #[0-9]+\] ",
        ISO,
        Place(expression=r"[A-Z], \["),
        parts_of_steps(
            gap(r"[A-Z], \["),
            time(_EITHER),
            gap(" #"),
            Step("pid", _NUMBER, behind=r"\]"),
            gap(r"\] +"),
            level("[A-Z]", " "),
            gap(" -- "),
            Step("identifier", r"[^ :\r\n]", behind=":", optional=True),
            gap(": ?"),
        ),
    ),
    Form(
        "redis",
        rf"[0-9]+:[A-Z] {_REDIS_TIME} [.*#-] ",
        REDIS,
        Place(expression="[0-9]+:[A-Z] "),
        parts_of_steps(
            Step("pid", _NUMBER, behind=":"),
            gap(":[A-Z] "),
            time(_REDIS_TIME),
            gap(" [.*#-] "),
        ),
        {
            number: rf"^[0-9]+:[A-Z] {_REDIS_TIME} {sign} "
            for number, sign in _REDIS_LEVELS
        },
    ),
    Form(
        "ctime",
        rf"{_WALL}[ :]",
        APACHE,
        Place(),
        parts_of_steps(time(_WALL), gap("[ :]+")),
    ),
    Form(
        "seconds",
        r"1[0-9]{9}(?:\.[0-9]{1,9})?[ :]",
        SECONDS,
        Place(),
        parts_of_steps(time(r"1[0-9]{9}(?:\.[0-9]{1,9})?"), gap("[ :]+")),
    ),
    Form(
        "iso-bracketed",
        rf"\[{_EITHER}",
        ISO,
        Place("["),
        parts_of_steps(gap(r"\["), time(rf"{_EITHER}(?: ?{_OFFSET})?"), gap(r"\]? ?")),
    ),
    Form(
        "iso",
        f"[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[T ]{_CLOCK}",
        ISO,
        Place(),
        parts_of_steps(
            time(f"[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[T ]{_CLOCK}{_FRACTION}(?: ?{_OFFSET})?"),
            gap("[ :]*"),
        ),
    ),
)  # fmt: skip
