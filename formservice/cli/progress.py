"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time

from tqdm import tqdm

from formservice.cli.german import counted

_EVERY_S = 15.0
# Fewer pages, and a smaller part of all, say nothing of how long the others will take.
_TOO_FEW, _TOO_SMALL = 3, 0.1


class PagesOfFile:
    """Tells on one line of the terminal which page of a file is next, and how long is left."""

    def __init__(self, *, shown: bool) -> None:
        """Tell nothing unless ``shown``."""
        self._shown = shown and sys.stderr is not None
        self._begun = 0.0
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` pages of the file at hand are recognised."""
        now = time.monotonic()
        if done == 0:
            self._begun = now
        if done == total or total == 1:
            self.close()
            return
        left = (now - self._begun) / max(done, 1) * (total - done)
        rest = f", noch etwa {_time(left)}" if _is_known(done, total) else ""
        self._line(f"Seite {done + 1} von {total}{rest}")

    def close(self) -> None:
        """Leave the line empty for what is printed next."""
        if self._width:
            self._line("")

    def _line(self, text: str) -> None:
        if self._shown:
            end = "" if text else "\r"
            print(f"\r{text:{self._width}}", end=end, file=sys.stderr, flush=True)
            self._width = len(text)


def _is_known(done: int, total: int) -> bool:
    """Say whether so many pages tell how long the others will take.

    The first ones wait for the engine to load: they would promise far too long a time.
    """
    return done > 0 and (done >= _TOO_FEW or done >= _TOO_SMALL * total)


def _time(seconds: float) -> str:
    """Return a rough time in words."""
    if seconds > 90:
        return counted(round(seconds / 60), "Minute", "Minuten")
    return f"{max(1, round(seconds))} s"


class Progress:
    """Tells on standard error how many pages are done, and how long the others will take."""

    def __init__(self) -> None:
        """Begin with nothing: how much there is comes with the first number."""
        self._bar: tqdm[None] | None = None
        self._begun = self._told = time.monotonic()
        self._before = 0
        self._said, self._last = "", 0.0

    def say(self, what: str, done: int, total: int) -> None:
        """Tell what is done now; of many files also how far it is, now and then."""
        now = time.monotonic()
        if sys.stderr is None or (what == self._said and now - self._last < _EVERY_S):
            return
        far = f": {done} von {total}" if done else " …"
        self._said, self._last = what, now
        tqdm.write(f"{what}{far}", file=sys.stderr)

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` pages are recognised."""
        if sys.stderr is None:
            return
        if sys.stderr.isatty():
            if self._bar is None:
                self._bar = tqdm(total=total, initial=done, unit=" Seiten", desc="Erkannt")
            self._bar.update(done - self._bar.n)
        else:
            self._line(done, total)

    def close(self) -> None:
        """Leave the line."""
        if self._bar is not None:
            self._bar.close()

    def _line(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._begun == self._told:
            self._begun, self._before = now, done
            pages = counted(total, "Seite ist", "Seiten sind")
            known = f", {done} {'ist' if done == 1 else 'sind'} schon bekannt" if done else ""
            print(f"{pages} zu erkennen{known}.", file=sys.stderr, flush=True)
            self._told = now + 1e-6
        elif now - self._told > _EVERY_S and done > self._before:
            # The first pages wait for the engine to load: they would promise far too long a time.
            new = done - self._before
            soon = new < _TOO_FEW and new < _TOO_SMALL * (total - self._before)
            left = (now - self._begun) / (done - self._before) * (total - done)
            minutes = counted(round(left / 60), "Minute", "Minuten") if left > 90 else "1 Minute"
            rest = "" if soon else f", noch etwa {minutes}"
            print(f"{done} von {total} Seiten erkannt{rest}.", file=sys.stderr, flush=True)
            self._told = now


class Counter:
    """Tells on standard error how many of many things are done."""

    def __init__(self, one: str, many: str, *, shown: bool = True) -> None:
        """Tell of things called so."""
        self._one, self._many = one, many
        self._shown = shown and sys.stderr is not None
        self._bar: tqdm[None] | None = None
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` are done."""
        if not self._shown:
            return
        if sys.stderr.isatty():
            if self._bar is None:
                self._bar = tqdm(total=total, unit=f" {self._many}")
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._told > _EVERY_S and done < total:
            print(f"{done} von {counted(total, self._one, self._many)}.", file=sys.stderr)
            self._told = time.monotonic()

    def close(self) -> None:
        """Leave the line."""
        if self._bar is not None:
            self._bar.close()
