"""What lines say of requests: how they were answered, how they were made, and for what.

Lines of an access log have parts for that. Lines of JSON have fields, which each program calls as
it likes; some have the whole request in one, as nginx's `$request` is. They are read as queries ask
for them: a method's capitals do not matter, and a status may be a number or its digits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from sysgui.panels.logs.formats.fields import Field, Keys, decoded, values
from sysgui.panels.logs.formats.form import Form, Part
from sysgui.panels.logs.query import Select

# The status, the method and the path of a request; a status or a path may be empty.
Told = tuple[bytes, bytes, bytes]


class Names(NamedTuple):
    """How queries ask for requests.

    Attributes:
        status: The name of what tells the status.
        method: Of what tells the method; "" if `path` holds it.
        path: Of what tells the path.
        others: What asks for lines that are no requests; "" where that need not be said.
    """

    status: str
    method: str
    path: str
    others: str = ""


class Reader(Protocol):
    """Reads what lines of a log say of requests."""

    @property
    def names(self) -> Names:
        """How queries ask for them."""
        ...

    def read(self, data: bytes) -> list[Told | None]:
        """Returns what each of some lines says, None of one that is no request.

        Args:
            data: The lines, each with a newline at its end.
        """
        ...


class FormReader:
    """Reads lines of an access log: one that tells a status is a request.

    Args:
        form: Of the lines; one that `tells_requests`.

    Attributes:
        names: How queries ask for them.
    """

    def __init__(self, form: Form) -> None:
        self.names = Names(*_PARTS)
        # What stands before the first of them stands before all, and is read once.
        begin = form.parts["method"].before
        told = "".join(f"(?={_told(form.parts[name], begin)}|)" for name in _PARTS)
        line = f"^(?:{begin}{told})?[^\\n]*\\n"
        self._line = re.compile(line.encode("ascii"), re.MULTILINE)

    def read(self, data: bytes) -> list[Told | None]:
        """Returns what each of some lines says, None of one that is no request."""
        return [told if told[0] else None for told in self._line.findall(data)]


# What an access log's line must be able to tell.
_PARTS = ("status", "method", "path")


def tells_requests(form: Form) -> bool:
    """Tells whether lines of a form are requests."""
    return all(name in form.parts and form.parts[name].asked for name in _PARTS)


def _told(part: Part, begin: str) -> str:
    """Returns an expression for a part of a line, on from where the method may stand."""
    return f"{part.before.removeprefix(begin)}({part.inside}+){part.behind}"


# JSON: by which names programs tell it, those that are used most first.
_STATUS = (
    "status", "status_code", "statusCode", "response_status", "response.status", "resp.status",
    "res.statusCode", "http.status_code", "http.response.status_code", "httpRequest.status",
    "DownstreamStatus",
)  # fmt: skip
_METHOD = (
    "method", "request_method", "http_method", "verb", "request.method", "req.method",
    "http.method", "http.request.method", "httpRequest.requestMethod", "RequestMethod",
)  # fmt: skip
_PATH = (
    "path", "uri", "request_uri", "url", "request_path", "request.uri", "request.url",
    "request.path", "req.url", "http.path", "http.target", "http.url", "url.path",
    "httpRequest.requestUrl", "RequestPath",
)  # fmt: skip
_WHOLE = ("request", "request_line")

_OF_METHOD = re.compile(r"[A-Za-z]{1,30}")
_OF_STATUS = re.compile(r"[0-9]{1,3}")
_OF_PATH = re.compile(r"[^\x00-\x1f\x7f?\ud800-\udfff]+(?:\?[^\x00-\x1f\x7f\ud800-\udfff]*)?")
_OF_WHOLE = re.compile(r"([A-Za-z]{1,30}) ([^\s?\ud800-\udfff]+)(?:\?\S*)?(?: |\Z)")

# Not a request, and counted nowhere: it tells a request in a way that no server does.
_ODD: Told = (b"", b"", b"")


class JsonReader:
    """Reads lines of JSON: one that has a method, or a request as a whole, is a request.

    Args:
        names: How queries ask for them.
        ways: The keys that lead to each of `names`, as far as it has a name.

    Attributes:
        names: The same.
    """

    def __init__(self, names: Names, ways: Sequence[Keys]) -> None:
        self.names = names
        self._ways = ways
        self._decode = msgspec.json.Decoder(_struct(ways)).decode
        self._get = [_getter(ways, place) for place in range(len(ways))]
        self._meant = _meant if names.method else _meant_as_a_whole

    def read(self, data: bytes) -> list[Told | None]:
        """Returns what each of some lines says, None of one that is no request."""
        return [self._told(line) for line in data.split(b"\n")[:-1]]

    def _told(self, line: bytes) -> Told | None:
        try:
            row = self._decode(line)
        except (msgspec.DecodeError, RecursionError):
            found = decoded(line)
            return self._meant(*(next(values(found, keys), None) for keys in self._ways))
        return self._meant(*[get(row) for get in self._get])


def json_reader(parts: Mapping[str, Select]) -> JsonReader | None:
    """Returns what reads the requests of a log of JSON; None if it tells none.

    Args:
        parts: What can be asked of its lines, by name.
    """
    # A name in several capitals, or with a dot that may be one of a key, is not read so quickly.
    ways = {
        name: part.ways[0]
        for name, part in parts.items()
        if isinstance(part, Field) and len(part.ways) == 1
    }
    status, method, path, whole = (
        next((name for name in names if name in ways), "")
        for names in (_STATUS, _METHOD, _PATH, _WHOLE)
    )
    if status and method and path:
        names = Names(status, method, path, f"{method}=-")
        return JsonReader(names, [ways[status], ways[method], ways[path]])
    if status and whole:
        return JsonReader(Names(status, "", whole, f"{whole}=-"), [ways[status], ways[whole]])
    return None


def _struct(ways: Sequence[Keys]) -> type[msgspec.Struct]:
    """Returns the type of objects of which only what some keys lead to is decoded."""
    kinds: dict[str, Any] = {}
    for key in dict.fromkeys(keys[0] for keys in ways):
        below = [keys[1:] for keys in ways if keys[0] == key]
        kinds[key] = _struct(below) if all(below) else Any
    names = {f"f{place}": key for place, key in enumerate(kinds)}
    fields = [(name, kinds[key] | None if kinds[key] is not Any else Any, None)
              for name, key in names.items()]  # fmt: skip
    return msgspec.defstruct("Row", fields, rename=names)


def _getter(ways: Sequence[Keys], place: int) -> Callable[[Any], Any]:
    """Returns what gets the value to which the keys at a place lead, None if there is none."""
    names: list[str] = []
    level = [*ways]
    for key in ways[place]:
        names.append(f"f{[*dict.fromkeys(keys[0] for keys in level)].index(key)}")
        level = [keys[1:] for keys in level if keys[0] == key]

    def get(row: Any) -> Any:
        for name in names:
            row = getattr(row, name, None)
        return row

    return get


def _meant(status: Any, method: Any, path: Any) -> Told | None:
    if method is None:
        return None
    answer = _answer(status)
    if answer is None or not (isinstance(method, str) and _OF_METHOD.fullmatch(method)):
        return _ODD
    if path is None:
        return answer, method.upper().encode(), b""
    if not (isinstance(path, str) and _OF_PATH.fullmatch(path)):
        return _ODD
    return answer, method.upper().encode(), path.encode()


def _meant_as_a_whole(status: Any, request: Any) -> Told | None:
    if request is None:
        return None
    answer = _answer(status)
    found = _OF_WHOLE.match(request) if isinstance(request, str) else None
    if answer is None or found is None:
        return _ODD
    return answer, found[1].upper().encode(), found[2].encode()


def _answer(status: Any) -> bytes | None:
    """Returns a status as a query asks for it; None if none does."""
    if status is None:
        return b"-"
    if isinstance(status, float) and status == int(status):
        status = int(status)
    text = status if isinstance(status, str) else str(status)
    is_told = isinstance(status, str | int) and not isinstance(status, bool)
    return text.encode() if is_told and _OF_STATUS.fullmatch(text) else None
