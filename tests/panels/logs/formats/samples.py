"""Lines as programs wrote them, or their documentation quotes them, and what these say.

Each time is what `TZ=Europe/Berlin date -d TIME +%s%6N` prints for it; those of the kernel are so
many seconds after BOOT. The parts are as the program's documentation names them.
"""

from typing import NamedTuple

BERLIN = "Europe/Berlin"

# When the logs were last written to, and the machine was started: date -d 2026-11-27T12:00:00Z, and
# @1795763000.
WRITTEN = 1_795_780_800_000_000
BOOT = 1_795_763_000_000_000


class Sample(NamedTuple):
    """One line.

    Attributes:
        form: Of which form it is.
        line: The line.
        time: In microseconds since 1970; -1 if it has none.
        parts: All that it says, by name.
    """

    form: str
    line: str
    time: int
    parts: dict[str, str]


def sample(form: str, line: str, time: int, /, **parts: str) -> Sample:
    return Sample(form, line, time, parts)


SAMPLES = [
    # RFC 3164, section 5.4; as rsyslog's traditional template writes it
    sample(
        "syslog",
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        1_791_749_655_000_000,
        time="Oct 11 22:14:15", host="mymachine", identifier="su",
        message="'su root' failed for lonvick on /dev/pts/8",
    ),
    sample(
        "syslog",
        "Nov 14 22:13:20 vm sshd[6091]: Accepted publickey for user167 from 10.13.19.211 port 138",
        1_794_690_800_000_000,
        time="Nov 14 22:13:20", host="vm", identifier="sshd", pid="6091",
        message="Accepted publickey for user167 from 10.13.19.211 port 138",
    ),
    sample(
        "syslog",
        "Nov 14 22:13:20 vm last message repeated 3 times",
        1_794_690_800_000_000,
        time="Nov 14 22:13:20", host="vm", message="last message repeated 3 times",
    ),
    # rsyslog's RSYSLOG_FileFormat, as Debian 12 has it
    sample(
        "syslog-iso",
        "2024-05-03T10:17:01.123456+02:00 host CRON[1234]: (root) CMD (run-parts /etc/cron.hourly)",
        1_714_724_221_123_456,
        time="2024-05-03T10:17:01.123456+02:00", host="host", identifier="CRON", pid="1234",
        message="(root) CMD (run-parts /etc/cron.hourly)",
    ),
    # RFC 5424, section 6.5
    sample(
        "rfc5424",
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed",
        1_065_910_455_003_000,
        time="2003-10-11T22:14:15.003Z", host="mymachine.example.com", identifier="su",
        message="'su root' failed",
    ),
    sample(
        "rfc5424",
        "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time",
        1_061_727_255_000_003,
        time="2003-08-24T05:14:15.000003-07:00", host="192.0.2.1", identifier="myproc",
        pid="8710", message="%% It's time",
    ),
    sample(
        "rfc5424",
        "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
        '[exampleSDID@32473 iut="3" eventSource="Appli\\"ca]tion"][example@32473 class="high"]'
        " An application event",
        1_065_910_455_003_000,
        time="2003-10-11T22:14:15.003Z", host="mymachine.example.com", identifier="evntslog",
        message="An application event",
    ),
    # Apache's documentation: the common and the combined form, and the error log
    sample(
        "access",
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
        971_211_336_000_000,
        time="10/Oct/2000:13:55:36 -0700", client="127.0.0.1", user="frank", method="GET",
        path="/apache_pb.gif", status="200",
        message='"GET /apache_pb.gif HTTP/1.0" 200 2326',
    ),
    # nginx, from one that spoke TLS to it, and to an IPv6 address
    sample(
        "access",
        '::1 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03\\x01" 400 157 "-" "-"',
        971_211_336_000_000,
        time="10/Oct/2000:13:55:36 -0700", client="::1", status="400",
        message='"\\x16\\x03\\x01" 400 157 "-" "-"',
    ),
    sample(
        "access-hosts",
        'www.example.com:80 ::1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 "-" "a"',
        971_211_336_000_000,
        time="10/Oct/2000:13:55:36 -0700", host="www.example.com:80", client="::1", method="GET",
        path="/", status="200", message='"GET / HTTP/1.0" 200 2326 "-" "a"',
    ),
    sample(
        "apache-error",
        "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] "
        "[client 72.15.99.187] File does not exist: /usr/local/apache2/htdocs/favicon.ico",
        1_315_557_749_902_022,
        time="Fri Sep 09 10:42:29.902022 2011", identifier="core", level="error", pid="35708",
        client="72.15.99.187",
        message="File does not exist: /usr/local/apache2/htdocs/favicon.ico",
    ),
    sample(
        "apache-error",
        "[Fri Sep 09 10:42:29 2011] [error] [client 72.15.99.187] File does not exist",
        1_315_557_749_000_000,
        time="Fri Sep 09 10:42:29 2011", level="error", client="72.15.99.187",
        message="File does not exist",
    ),
    sample(
        "nginx-error",
        "2018/03/22 12:35:47 [error] 812#812: *5 open() failed (2: No such file)",
        1_521_718_547_000_000,
        time="2018/03/22 12:35:47", level="error", pid="812",
        message="*5 open() failed (2: No such file)",
    ),
    # dmesg, dmesg -T, dmesg --time-format iso; with CONFIG_PRINTK_CALLER
    sample(
        "kernel",
        "[ 3030.489563] new mount options do not match the existing superblock, will be ignored",
        BOOT + 3_030_489_563,
        time="3030.489563",
        message="new mount options do not match the existing superblock, will be ignored",
    ),
    sample(
        "kernel",
        "<6>[123456.000001][    T1] usb 1-1: new device",
        BOOT + 123_456_000_001,
        time="123456.000001", message="usb 1-1: new device",
    ),
    sample(
        "kernel-wall",
        "[Fri Nov 27 08:49:26 2026] new mount options do not match the existing superblock",
        1_795_765_766_000_000,
        time="Fri Nov 27 08:49:26 2026",
        message="new mount options do not match the existing superblock",
    ),
    sample(
        "iso",
        "2026-11-27T08:50:03,318677+00:00 new mount options do not match",
        1_795_769_403_318_677,
        time="2026-11-27T08:50:03,318677+00:00", message="new mount options do not match",
    ),
    sample(
        "iso-bracketed",
        "[2026-11-27 08:50:15,156] INFO [Broker id=0] started (kafka.server.KafkaServer)",
        1_795_765_815_156_000,
        time="2026-11-27 08:50:15,156",
        message="INFO [Broker id=0] started (kafka.server.KafkaServer)",
    ),
    # Python's logging HOWTO, and basicConfig()
    sample(
        "python",
        "2005-03-19 15:10:26,618 - simple_example - DEBUG - debug message",
        1_111_241_426_618_000,
        time="2005-03-19 15:10:26,618", identifier="simple_example", level="DEBUG",
        message="debug message",
    ),
    sample(
        "python-plain",
        "WARNING:shop:slow",
        -1,
        level="WARNING", identifier="shop", message="slow",
    ),
    # Spring Boot's documentation, of versions 2 and 3
    sample(
        "spring",
        "2019-03-05 10:57:51.112  INFO 45469 --- [           main] "
        "org.apache.catalina.core.StandardEngine  : Starting Servlet Engine: Apache Tomcat/7.0.52",
        1_551_779_871_112_000,
        time="2019-03-05 10:57:51.112", level="INFO", pid="45469",
        identifier="org.apache.catalina.core.StandardEngine",
        message="Starting Servlet Engine: Apache Tomcat/7.0.52",
    ),
    sample(
        "spring",
        "2024-08-22T12:04:41.232Z  INFO 42866 --- [myapp] [           main] "
        "o.s.b.d.f.logexample.MyApplication       : Starting MyApplication",
        1_724_328_281_232_000,
        time="2024-08-22T12:04:41.232Z", level="INFO", pid="42866",
        identifier="o.s.b.d.f.logexample.MyApplication", message="Starting MyApplication",
    ),
    # log4j's "%d [%t] %-5p %c - %m%n", and with the level first
    sample(
        "java",
        "2018-03-22 12:35:47,538 [main] INFO  org.example.Shop - Entering application.",
        1_521_718_547_538_000,
        time="2018-03-22 12:35:47,538", level="INFO", identifier="org.example.Shop",
        message="Entering application.",
    ),
    sample(
        "java",
        "2018-03-22 12:35:47,538 WARN  [http-nio-8080-exec-1] org.example.Shop - slow - very",
        1_521_718_547_538_000,
        time="2018-03-22 12:35:47,538", level="WARN", identifier="org.example.Shop",
        message="slow - very",
    ),
    # Tomcat's OneLineFormatter, java.util.logging's SimpleFormatter
    sample(
        "tomcat",
        "22-Mar-2018 12:35:47.538 INFO [main] org.apache.catalina.startup.Catalina.start Server up",
        1_521_718_547_538_000,
        time="22-Mar-2018 12:35:47.538", level="INFO",
        identifier="org.apache.catalina.startup.Catalina.start", message="Server up",
    ),
    sample(
        "java-util",
        "Nov 27, 2026 8:50:17 AM A main",
        1_795_765_817_000_000,
        time="Nov 27, 2026 8:50:17 AM", identifier="A", message="main",
    ),
    sample(
        "java-util",
        "Nov 27, 2026 12:50:17 PM A main",
        1_795_780_217_000_000,
        time="Nov 27, 2026 12:50:17 PM", identifier="A", message="main",
    ),
    # PostgreSQL 15 with Debian's log_line_prefix
    sample(
        "postgresql",
        "2026-11-27 09:50:13.917 CET [21744] postgres@shop ERROR:  division by zero",
        1_795_769_413_917_000,
        time="2026-11-27 09:50:13.917 CET", pid="21744", user="postgres", database="shop",
        level="ERROR", message="division by zero",
    ),
    sample(
        "postgresql",
        "2026-05-20 14:46:59.118 UTC [5432] LOG:  database system is ready to accept connections",
        1_779_288_419_118_000,
        time="2026-05-20 14:46:59.118 UTC", pid="5432", level="LOG",
        message="database system is ready to accept connections",
    ),
    # MariaDB's documentation, and MySQL 8's
    sample(
        "mariadb",
        "2016-06-15 16:53:33 139651251140544 [Note] InnoDB: The InnoDB memory heap is disabled",
        1_466_002_413_000_000,
        time="2016-06-15 16:53:33", level="Note",
        message="InnoDB: The InnoDB memory heap is disabled",
    ),
    sample(
        "mariadb",
        "2016-06-15  1:53:33 0 [Warning] Could not increase number of max_open_files",
        1_465_948_413_000_000,
        time="2016-06-15  1:53:33", level="Warning",
        message="Could not increase number of max_open_files",
    ),
    sample(
        "mariadb",
        "2018-03-22T12:35:47.538083Z 0 [Note] [MY-012487] [InnoDB] DDL log recovery : begin",
        1_521_722_147_538_083,
        time="2018-03-22T12:35:47.538083Z", level="Note",
        message="[MY-012487] [InnoDB] DDL log recovery : begin",
    ),
    # dpkg, update-alternatives and apt of Debian 12
    sample(
        "dpkg",
        "2025-06-24 14:36:25 status unpacked libsystemd0:amd64 252.36-1~deb12u1",
        1_750_768_585_000_000,
        time="2025-06-24 14:36:25", action="status",
        message="unpacked libsystemd0:amd64 252.36-1~deb12u1",
    ),
    sample(
        "alternatives",
        "update-alternatives 2025-06-24 14:36:53: link group pager updated to point to /bin/less",
        1_750_768_613_000_000,
        time="2025-06-24 14:36:53", identifier="update-alternatives",
        message="link group pager updated to point to /bin/less",
    ),
    sample(
        "apt-history",
        "Start-Date: 2026-11-27  08:06:23",
        1_795_763_183_000_000,
        time="2026-11-27  08:06:23",
    ),
    sample(
        "apt-term",
        "Log started: 2025-06-24  14:36:25",
        1_750_768_585_000_000,
        time="2025-06-24  14:36:25",
    ),
    # auditd, from Red Hat's documentation
    sample(
        "audit",
        "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13",
        1_364_481_363_243_000,
        time="1364481363.243", type="SYSCALL",
        message="arch=c000003e syscall=2 success=no exit=-13",
    ),
    # of Debian 12's auditd: all of it is pairs, as in logfmt
    sample(
        "audit",
        "type=USER_LOGIN msg=audit(1764230401.123:45): pid=812 uid=0 auid=4294967295 "
        "ses=4294967295 msg='op=login acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=? "
        "addr=192.0.2.7 terminal=ssh res=failed'\x1dUID=\"root\" AUID=\"unset\"",
        1_764_230_401_123_000,
        time="1764230401.123", type="USER_LOGIN",
        message="pid=812 uid=0 auid=4294967295 "
        "ses=4294967295 msg='op=login acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=? "
        "addr=192.0.2.7 terminal=ssh res=failed'\x1dUID=\"root\" AUID=\"unset\"",
    ),
    # journalctl -o short-precise, short-full, short-unix
    sample(
        "syslog",
        "Nov 27 08:00:01.123456 vm sshd[812]: Server listening on :: port 22.",
        1_795_762_801_123_456,
        time="Nov 27 08:00:01.123456", host="vm", identifier="sshd", pid="812",
        message="Server listening on :: port 22.",
    ),
    sample(
        "journal-full",
        "Fri 2026-11-27 08:00:01 CET vm kernel: usb 1-1: new high-speed USB device",
        1_795_762_801_000_000,
        time="2026-11-27 08:00:01 CET", host="vm", identifier="kernel",
        message="usb 1-1: new high-speed USB device",
    ),
    sample(
        "journal-unix",
        "1764230401.123456 vm systemd[1]: Started cron.service.",
        1_764_230_401_123_456,
        time="1764230401.123456", host="vm", identifier="systemd", pid="1",
        message="Started cron.service.",
    ),
    # dmesg --decode
    sample(
        "kernel-level",
        "kern  :warn  : [    1.234567] ACPI: bad",
        BOOT + 1_234_567,
        time="1.234567", facility="kern", level="warn", message="ACPI: bad",
    ),
    # MySQL's slow query log, PHP's error_log, Ruby's Logger, Redis
    sample(
        "mysql-slow",
        "# Time: 2026-11-27T07:00:01.123456Z",
        1_795_762_801_123_456,
        time="2026-11-27T07:00:01.123456Z",
    ),
    sample(
        "php",
        "[27-Nov-2026 07:00:01 UTC] PHP Warning:  Undefined variable $x in /srv/a.php on line 1",
        1_795_762_801_000_000,
        time="27-Nov-2026 07:00:01 UTC",
        message="PHP Warning:  Undefined variable $x in /srv/a.php on line 1",
    ),
    sample(
        "ruby",
        "E, [2026-11-27T08:00:01.123456 #4711] ERROR -- shop: gone",
        1_795_762_801_123_456,
        time="2026-11-27T08:00:01.123456", pid="4711", level="ERROR", identifier="shop",
        message="gone",
    ),
    sample(
        "redis",
        "1234:M 27 Nov 2026 08:00:01.123 * Ready to accept connections",
        1_795_762_801_123_000,
        pid="1234", time="27 Nov 2026 08:00:01.123", message="Ready to accept connections",
    ),
    # FreeRADIUS; Squid
    sample(
        "ctime",
        "Fri Nov 27 08:00:01 2026 : Info: Ready to process requests",
        1_795_762_801_000_000,
        time="Fri Nov 27 08:00:01 2026", message="Info: Ready to process requests",
    ),
    sample(
        "seconds",
        "1764230401.123    113 192.0.2.7 TCP_MISS/200 1234 GET http://example.com/ - DIRECT/- -",
        1_764_230_401_123_000,
        time="1764230401.123",
        message="113 192.0.2.7 TCP_MISS/200 1234 GET http://example.com/ - DIRECT/- -",
    ),
    # MongoDB, Serilog's compact form
    sample(
        "json",
        '{"t":{"$date":"2026-11-27T08:00:01.123+01:00"},"s":"I","c":"NETWORK","id":22943,'
        '"ctx":"listener","msg":"Connection accepted"}',
        1_795_762_801_123_000,
        time="2026-11-27T08:00:01.123+01:00", message="Connection accepted",
    ),
    sample(
        "json",
        '{"@t":"2026-11-27T07:00:01.1234567Z","@mt":"Hello, {User}","@l":"Warning"}',
        1_795_762_801_123_456,
        time="2026-11-27T07:00:01.1234567Z", message="Hello, {User}", level="Warning",
    ),
    # bunyan, pino, logrus, journalctl -o json
    sample(
        "json",
        '{"name":"myapp","hostname":"banana.local","pid":40161,"level":30,"msg":"hi",'
        '"time":"2013-01-04T18:46:23.851Z","v":0}',
        1_357_325_183_851_000,
        time="2013-01-04T18:46:23.851Z", identifier="myapp", host="banana.local", pid="40161",
        level="30", message="hi",
    ),
    sample(
        "json",
        '{"level":30,"time":1531171074631,"msg":"hello \\"world\\"","req":{"time":"x","a":[1,{}]},'
        '"pid":657,"hostname":"Davids-MBP-3.fritz.box"}',
        1_531_171_074_631_000,
        time="1531171074631", host="Davids-MBP-3.fritz.box", pid="657", level="30",
        message='hello \\"world\\"',
    ),
    sample(
        "json",
        '{"animal":"walrus","level":"info","msg":"A group of walrus emerges from the ocean",'
        '"size":10,"time":"2014-03-10 19:57:38.562264131 -0400 EDT"}',
        1_394_495_858_562_264,
        time="2014-03-10 19:57:38.562264131 -0400 EDT", level="info",
        message="A group of walrus emerges from the ocean",
    ),
    sample(
        "json",
        '{ "__REALTIME_TIMESTAMP" : "1364481363243000", "_HOSTNAME" : "vm", "_PID" : "1", '
        '"_SYSTEMD_UNIT" : "init.scope", "SYSLOG_IDENTIFIER" : "systemd", "PRIORITY" : "6", '
        '"MESSAGE" : "Started cron.service." }',
        1_364_481_363_243_000,
        time="1364481363243000", host="vm", pid="1", unit="init.scope", identifier="systemd",
        level="6", message="Started cron.service.",
    ),
    # logrus again, to no terminal
    sample(
        "logfmt",
        'time="2015-03-26T01:27:38-04:00" level=debug msg="Started observing beach" animal=walrus',
        1_427_347_658_000_000,
        time="2015-03-26T01:27:38-04:00", level="debug", message="Started observing beach",
    ),
]  # fmt: skip

# The trace is that of a real program, between two lines of log4j.
STACK = b"""\
2018-03-22 12:35:47,538 [main] ERROR org.example.Shop - could not add
java.lang.RuntimeException: outer
\tat A.wrap(A.java:3)
\tat A.main(A.java:2)
\tat java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
Caused by: java.lang.IllegalStateException: no cart
\tat A.b(A.java:1)
\t... 9 more
2018-03-22 12:35:48,538 [main] INFO  org.example.Shop - next
"""
STACK_TIMES = [1_521_718_547_538_000] * 8 + [1_521_718_548_538_000]
