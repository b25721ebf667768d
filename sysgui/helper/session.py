"""One operation, from the request to the last frame."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Sequence

from . import audit, wire
from .operation import Operation, Request, Target
from .plan import Plan
from .refusal import Refusal

# Somebody reads the preview: this long, in seconds.
APPLY_WITHIN = 300.0


class Session:
    """Runs one operation for one caller.

    Args:
        caller: The uid of the user on whose behalf it is done.
        given: Where the caller's lines come from.
        output: Where frames go.
    """

    def __init__(self, caller: int, given: wire.Input, output: wire.Output) -> None:
        self.caller = caller
        self.input = given
        self.output = output

    def run(self, operation: Operation, argv: Sequence[str]) -> str:
        """Reads the request, does it, and returns the code of what became of it.

        Raises:
            Refusal: If it was not done.
        """
        request = operation.check(wire.parse(self.input.line(wire.INPUT_WITHIN)), argv)
        started = time.monotonic()
        fields = {
            "OPERATION": operation.name,
            "TARGETS": " ".join(argv),
            "CALLER_UID": str(self.caller),
            "REQUEST": request.identity,
        }
        audit.write(f"{operation.name} for uid {self.caller}: begin", audit.NOTICE, fields)
        code = "internal"
        try:
            code = self._do(operation, request, fields)
        except Refusal as refusal:
            code = refusal.code
            raise
        finally:
            fields["RESULT"] = code
            fields["DURATION_MS"] = str(round((time.monotonic() - started) * 1000))
            priority = audit.NOTICE if code in ("done", "cancelled") else audit.WARNING
            try:
                audit.write(f"{operation.name} for uid {self.caller}: {code}", priority, fields)
            except Refusal as refusal:
                raise Refusal("audit-lost", code) from refusal
        return code

    def _do(self, operation: Operation, request: Request, fields: dict[str, str]) -> str:
        if operation.read is not None:
            kind = "piece" if operation.stream else "data"
            for facts in operation.read(self, request):
                self.output.frame(kind, facts=facts)
            return "done"
        plan = Plan(operation, request._replace(wanted=self._wanted))
        try:
            fields["PLAN_SHA256"] = plan.digest
            items = [{"target": name, **facts} for name, facts in zip(request.targets, plan.facts)]
            self.output.frame("plan", digest=plan.digest, items=items)
            self._agree(plan)
            return self._apply(operation, request, plan)
        finally:
            plan.close()

    def _agree(self, plan: Plan) -> None:
        """Waits until the caller says to apply exactly this plan."""
        line = self.input.line(APPLY_WITHIN)
        if not line:
            raise Refusal("cancelled")
        answer = wire.parse(line)
        if not isinstance(answer, dict) or answer.keys() != {"apply"}:
            raise Refusal("input")
        if answer["apply"] != plan.digest:
            raise Refusal("changed")
        plan.still_holds()

    def _apply(self, operation: Operation, request: Request, plan: Plan) -> str:
        """Acts on one target after the other, and says of each what became of it."""
        left = dict.fromkeys(request.targets, "cancelled")
        for name, target in zip(request.targets, plan.targets):
            if not (operation.finish or self._wanted()):
                break
            became = _act(target)
            left[name] = became["code"]
            with contextlib.suppress(Refusal):  # Who does not read any more is seen above.
                self.output.frame("item", target=name, **became)
        codes = set(left.values())
        return codes.pop() if len(codes) == 1 else "partly"

    def _wanted(self) -> bool:
        """Tells whether the caller is still there, and says nothing that he may not."""
        try:
            return self.output.heard and not self.input.closed()
        except Refusal:
            return False


def _act(target: Target) -> dict[str, Any]:
    try:
        target.act()
    except Refusal as refusal:
        return {"code": refusal.code}
    except OSError as error:
        return {"code": "failed", "errno": error.errno}
    return {"code": "done"}
