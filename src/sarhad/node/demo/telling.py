"""How the demo is told: one line a step with its proof, or one JSON object a line."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text


@dataclass(slots=True)
class Step:
    """One step as it was measured: what happened, whether every check held, the figures that show it."""

    name: str
    told: str
    ok: bool
    proof: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


class Teller:
    """Prints steps as they end and remembers whether all held."""

    def __init__(self, as_json: bool) -> None:
        """Choose between JSON lines for programs and coloured lines for people."""
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True)
        self.steps: list[Step] = []  # appended by tell() only
        self._since = time.monotonic()

    def tell(self, name: str, told: str, checks: dict[str, bool], **proof: Any) -> None:
        """Print one step; ``checks`` are named truths, all of which must hold."""
        now = time.monotonic()
        step = Step(name, told, all(checks.values()), {**proof, "checks": checks}, round(now - self._since, 3))
        self._since = now
        self.steps.append(step)
        if self.as_json:
            line = {"step": name, "ok": step.ok, "seconds": step.seconds, "told": told, **step.proof}
            print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
            return
        mark = Text(" ok ", "bold green") if step.ok else Text("FAIL", "bold white on red")
        figures = ", ".join(f"{key} {value}" for key, value in proof.items() if not isinstance(value, dict | list))
        self.console.print(
            mark, Text(f"{step.seconds:6.1f} s "), Text(told), Text(f"  [{figures}]" if figures else "", "dim")
        )
        for check, held in checks.items():
            if not held:
                self.console.print(Text(f"       this did not hold: {check}", "red"))

    def say(self, text: str) -> None:
        """Print a remark for people; silent in JSON."""
        if not self.as_json:
            self.console.print(Text(text))

    def emit(self, **values: Any) -> None:
        """Print one JSON object that is not a step; silent for people."""
        if self.as_json:
            print(json.dumps(values, ensure_ascii=False, default=str), flush=True)

    @property
    def ok(self) -> bool:
        """Whether every step so far held."""
        return all(step.ok for step in self.steps)
