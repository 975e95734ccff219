"""What a browser would send of the fields on a page, without a browser."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name"), told.get("value") or ""
        if tag == "textarea" and name:
            self._area = (name, [])
        if tag != "input" or not name:
            return
        if told.get("type") in ("radio", "checkbox") and "checked" not in told:
            return
        self.sent.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            name, parts = self._area
            # A browser drops the first line break, and sends those of the network.
            value = "".join(parts).removeprefix("\n").replace("\n", "\r\n")
            self.sent.append((name, value))
            self._area = None


def fields_of(html: str) -> list[tuple[str, str]]:
    """Return the names and values that the form of a page sends as it stands."""
    parser = _Fields()
    parser.feed(html)
    parser.close()
    return parser.sent


def with_value(sent: list[tuple[str, str]], name: str, *values: str) -> list[tuple[str, str]]:
    """Return what is sent when somebody types or ticks something else."""
    return [pair for pair in sent if pair[0] != name] + [(name, value) for value in values]


def finished(client, form: str, query: str = ""):
    """Look through what is typed into a form, and press the button below it."""
    address = f"/ausfuellen/{form}"
    sent = fields_of(client.get(f"{address}/pruefen{query}").text)
    return client.post(f"{address}/fertig{query}", data=dict(sent))
