"""How far a long command is that has several steps, each counted by itself."""

import sys
import time

from tqdm import tqdm

from formservice.cli.german import counted

_EVERY_S = 15.0
_SOON_S = 2.0


class Steps:
    """Tells on standard error: a bar for each step on a terminal, else a line now and then."""

    def __init__(self, names: dict[str, str]) -> None:
        """``names`` are the steps in their order, and how people call what each counts."""
        self._names = names
        self._bar: tqdm[None] | None = None
        self._step = ""
        self._begun = self._told = 0.0
        self._first = 0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` are done in a step."""
        if sys.stderr is None:
            return
        now = time.monotonic()
        if step != self._step:
            self.close()
            self._step, self._begun, self._told, self._first = step, now, now, done
        if sys.stderr.isatty():
            self._show(step, done, total)
        elif now - self._told >= _EVERY_S:
            self._told = now
            print(f"{self._names[step]}: {done} von {total}{self._left(done, total)}.",
                  file=sys.stderr, flush=True)  # fmt: skip

    def close(self) -> None:
        """Leave the line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._step = ""

    def _show(self, step: str, done: int, total: int) -> None:
        if self._bar is None:
            place = list(self._names).index(step) + 1
            name = f"{self._names[step]} ({place}/{len(self._names)})"
            self._bar = tqdm(total=total, initial=done, desc=name, unit="", leave=False)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _left(self, done: int, total: int) -> str:
        """Return how long the rest of the step takes, as far as that can be told."""
        passed, new = time.monotonic() - self._begun, done - self._first
        if new <= 0 or passed < _SOON_S:
            return ""
        seconds = passed / new * (total - done)
        minutes = counted(round(seconds / 60), "Minute", "Minuten")
        return f", noch etwa {minutes if seconds > 90 else f'{max(1, round(seconds))} s'}"
