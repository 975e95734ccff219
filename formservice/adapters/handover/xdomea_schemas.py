"""The schemas of xdomea in the operator's folder; messages are held against them."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formservice.domain.errors import EngineError, EngineMissingError, UsageError

if TYPE_CHECKING:
    from lxml.etree import XMLSchema, _Element

VERSIONS = ("3.0.0", "3.1.0")
NEWEST = "3.1.0"
_SCHEMA = "xdomea-Nachrichten-AbgabeDurchfuehren.xsd"
# The type that xdomea takes from the base of all XÖV standards. Its file lies beside the folders
# of xdomea as „../xoev/xoev-code.xsd“; copies of xdomea alone lack it, and it is small.
_CODE = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://xoev.de/schemata/code/1_0" elementFormDefault="qualified">
 <xs:complexType name="Code"><xs:sequence>
  <xs:element name="code" type="xs:token" form="unqualified"/>
  <xs:element name="name" type="xs:normalizedString" form="unqualified" minOccurs="0"/>
 </xs:sequence>
 <xs:attribute name="listURI" type="xs:anyURI"/>
 <xs:attribute name="listVersionID" type="xs:normalizedString"/></xs:complexType></xs:schema>"""
_HINT = (
    "Bitte den Ordner mit den Schemata (3.0.0, 3.1.0, xoev) in FORMSERVICE_XDOMEA_SCHEMAS nennen;"
    " es gibt sie im XRepository."
)


def namespace(version: str) -> str:
    """Return the namespace of the messages of a version."""
    return f"urn:xoev-de:xdomea:schema:{version}"


class XdomeaSchemas:
    """Holds messages against the schemas of a folder."""

    def __init__(self, folder: Path | None) -> None:
        """Look in ``folder``, which has one folder for each version."""
        self._folder = folder

    def check(self, message: "_Element", version: str) -> None:
        """Hold a message against the schema of ``version``.

        Raises:
            EngineMissingError: there is no schema.
            EngineError: the message is not valid; names the element, never its contents.
            UsageError: this version is unknown.
        """
        schema = self.schema(version)
        if schema.validate(message):
            return
        log: Any = schema.error_log  # the stubs know no list
        first = log[0]
        raise EngineError(
            f"Die xdomea-Nachricht passt nicht zum Schema {version} (Zeile {first.line},"
            f" {first.type_name}); sie wurde nicht geschrieben."
        )

    def schema(self, version: str) -> "XMLSchema":
        """Return the schema of a version."""
        if version not in VERSIONS:
            raise UsageError(
                f"Die Version {version[:20]} von xdomea wird nicht geschrieben.",
                f"Es gibt: {', '.join(VERSIONS)}.",
            )
        if self._folder is None:
            raise EngineMissingError("Die Schemata von xdomea sind nicht eingerichtet.", _HINT)
        path = self._folder / version / _SCHEMA
        if not path.is_file():
            message = f"Im Ordner der Schemata fehlt {version}/{_SCHEMA}."
            raise EngineMissingError(message, _HINT)
        return _loaded(path)


@cache
def _loaded(path: Path) -> "XMLSchema":
    from lxml import etree  # noqa: PLC0415 - needed by few commands

    resolver: Any = etree.Resolver  # the stubs know another signature

    class Beside(resolver):  # type: ignore[misc]  # for the same reason
        """Gives the type of the XÖV base where its file is missing; nothing comes by network."""

        def resolve(self, url: str, _: str, context: object) -> object:
            if url.endswith("xoev-code.xsd") and not Path(url.removeprefix("file://")).is_file():
                return self.resolve_string(_CODE, context)
            return None

    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(Beside())
    try:
        return etree.XMLSchema(etree.parse(str(path), parser))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise EngineError("Die Schemata von xdomea sind unvollständig.", _HINT) from error
