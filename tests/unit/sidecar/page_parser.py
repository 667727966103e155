"""A page as a browser without scripts understands it."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Collects a page's elements, the text that people see, and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text, self.source = "", text
        self._unseen = ""
        self.feed(text)

    @property
    def addresses(self) -> list[str | None]:
        return [value for name, value in self.attributes if name in ("href", "src")]

    @property
    def words(self) -> str:
        """Its text with single spaces."""
        return " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        self._unseen = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag):
        self._unseen = ""

    def handle_data(self, data):
        self.text += "" if self._unseen else data
