"""The one table of what can be read, and the one function that reads it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path

from rag.errors import Refused
from rag.loading.limits import Limits, in_words
from rag.loading.ocr import INSTALL
from rag.loading.parsed import Parsed

PLUGINS = "docquote.formats"
"""Entry points by which an installed package adds a format: each leads to a ``Format``, and has as its name the suffix
of the files, without the dot. What docquote reads itself stays its own."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format family.

    Attributes:
        name: what people call it.
        media_type: for ``Source.media_type``; but for "text/plain", "application/pdf" and "image/…" a line end always
            separates.
        module: has ``parse(data: bytes, limits: Limits) -> Parsed``; imported when first needed.
        isolated: parsed in the child process. All are but those that keep a text as it is: each of the parsers can be
            brought, by a small file, to take minutes or gigabytes.
        libraries: the distributions that read it, as they are called on PyPI.
        install: the command that brings its libraries where docquote does so only on demand; "" otherwise. Files of a
            format that is not installed are passed over in folders.
        has_title: whether its first heading or line may be its title; tables, data and code are called by their
            metadata or their file name.
    """

    name: str
    media_type: str
    module: str
    isolated: bool = True
    libraries: tuple[str, ...] = ()
    install: str = ""
    has_title: bool = True

    @property
    def is_installed(self) -> bool:
        """Whether its libraries are; docquote's own formats are taken to be but for those that come on demand."""
        return not self.install or all(map(_version, self.libraries))


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_HERE = "rag.loading.formats"
_OF_HTML = ("selectolax", "tinycss2")
_OF_MARKDOWN = ("markdown-it-py", "mdit-py-plugins", "PyYAML", *_OF_HTML)

_TEXT = Format("plain text", "text/plain", f"{_HERE}.text", isolated=False)
_MARKDOWN = Format("Markdown", "text/markdown", f"{_HERE}.markdown", libraries=_OF_MARKDOWN)
_HTML = Format("HTML", "text/html", f"{_HERE}.html", libraries=_OF_HTML)
_PDF = Format("PDF", "application/pdf", f"{_HERE}.pdf", libraries=("pypdfium2",))
_WORD = Format("Word", f"{_OFFICE}.wordprocessingml.document", f"{_HERE}.word", libraries=("python-docx", "lxml"))
_EXCEL = Format(
    "Excel",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_HERE}.excel",
    libraries=("python-calamine", "lxml"),
    has_title=False,
)
_ODS = Format(
    "OpenDocument spreadsheet",
    f"{_OPEN_DOCUMENT}.spreadsheet",
    f"{_HERE}.ods",
    libraries=("lxml",),
    has_title=False,
)
_CSV = Format("separated values", "text/csv", f"{_HERE}.csv", has_title=False)
_JSON = Format("JSON", "application/json", f"{_HERE}.json", has_title=False)
_YAML = Format("YAML", "application/yaml", f"{_HERE}.yaml", libraries=("PyYAML",), has_title=False)
_XML = Format("XML", "application/xml", f"{_HERE}.xml", libraries=("lxml",), has_title=False)
_NOTEBOOK = Format("Jupyter notebook", "application/x-ipynb+json", f"{_HERE}.notebook", libraries=_OF_MARKDOWN)
_LOG = Format("log", "text/x-log", f"{_HERE}.log", isolated=False, has_title=False)
_CODE = Format("source code", "text/x-source", f"{_HERE}.code", isolated=False, has_title=False)
_PNG, _JPEG, _TIFF, _WEBP = (
    Format(name, f"image/{name.lower()}", f"{_HERE}.image", libraries=("rapidocr", "pillow"), install=INSTALL)
    for name in ("PNG", "JPEG", "TIFF", "WebP")
)
_POWERPOINT = Format(
    "PowerPoint", f"{_OFFICE}.presentationml.presentation", f"{_HERE}.powerpoint", libraries=("python-pptx", "lxml")
)
_ODT = Format("OpenDocument text", f"{_OPEN_DOCUMENT}.text", f"{_HERE}.open_document", libraries=("lxml",))
_ODP = Format(
    "OpenDocument presentation", f"{_OPEN_DOCUMENT}.presentation", f"{_HERE}.open_document", libraries=("lxml",)
)
_RTF = Format("Rich Text", "application/rtf", f"{_HERE}.rtf", libraries=("striprtf",))
_RST = Format("reStructuredText", "text/x-rst", f"{_HERE}.rst", libraries=("docutils", *_OF_HTML))
_ASCIIDOC = Format("AsciiDoc", "text/asciidoc", f"{_HERE}.asciidoc")
_EPUB = Format("EPUB book", "application/epub+zip", f"{_HERE}.epub", libraries=("lxml", *_OF_HTML))
_MESSAGE = Format("message", "message/rfc822", f"{_HERE}.eml", libraries=_OF_HTML)
_OUTLOOK = Format(
    "message of Outlook", "application/vnd.ms-outlook", f"{_HERE}.msg", libraries=("python-oxmsg", *_OF_HTML)
)
_MAILBOX = Format("mailbox", "application/mbox", f"{_HERE}.mbox", libraries=_OF_HTML, has_title=False)
_ZIP = Format("zip archive", "application/zip", f"{_HERE}.zip", has_title=False)
_CODE_SUFFIXES = (
    ".py .pyi .js .mjs .ts .jsx .tsx .java .kt .scala .c .h .cc .cpp .hpp .cs .go .rs .swift .rb .php .pl .lua .r .jl"
    " .sh .bash .ps1 .bat .sql .css .scss .toml .ini .cfg .conf .properties"
).split()

FORMATS: dict[str, Format] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": _PDF,
    ".docx": _WORD,
    ".xlsx": _EXCEL,
    ".ods": _ODS,
    ".csv": _CSV,
    ".tsv": _CSV,
    ".json": _JSON,
    ".yaml": _YAML,
    ".yml": _YAML,
    ".xml": _XML,
    ".ipynb": _NOTEBOOK,
    ".log": _LOG,
    ".png": _PNG,
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": _WEBP,
    ".pptx": _POWERPOINT,
    ".odt": _ODT,
    ".odp": _ODP,
    ".rtf": _RTF,
    ".rst": _RST,
    ".adoc": _ASCIIDOC,
    ".asciidoc": _ASCIIDOC,
    ".epub": _EPUB,
    ".eml": _MESSAGE,
    ".msg": _OUTLOOK,
    ".mbox": _MAILBOX,
    ".zip": _ZIP,
    **dict.fromkeys(_CODE_SUFFIXES, _CODE),
}
"""What docquote reads itself, by the suffix in lower case."""


@dataclass(frozen=True, slots=True)
class Support:
    """How the files of a format are read in this installation.

    Attributes:
        format: the format.
        suffixes: of its files, with their dots.
        versions: of its libraries, in their order; "" of one that is not installed.
        plugin: the package that adds it, "docquote-epub 1.0"; "" for docquote's own.
        problem: why they are not read, with what to do; "" where they are.
    """

    format: Format
    suffixes: tuple[str, ...]
    versions: tuple[str, ...]
    plugin: str = ""
    problem: str = ""


def format_of(suffix: str) -> Format | None:
    """The format of files with a suffix (".pdf", in lower case), docquote's own or a plugin's; None for no format."""
    return FORMATS.get(suffix) or next((one.format for one in _plugins() if suffix in one.suffixes), None)


def is_supported(path: Path) -> bool:
    """Whether the suffix of ``path``, in any case, is one that can be read here."""
    format_ = format_of(path.suffix.lower())
    return format_ is not None and format_.is_installed


def unsupported_reason(path: Path) -> str:
    """Why ``path`` is not read, and how to see what is."""
    format_ = format_of(path.suffix.lower())
    if format_ is not None and not format_.is_installed:
        return f"{format_.name} files are read with libraries that are not installed: {format_.install}"
    kind = f"files of the type {path.suffix!r}" if path.suffix else "files without a suffix"
    return f"{kind} are not supported; to see what is: docquote formats"


def supports() -> list[Support]:
    """How each format is read here: docquote's own, then what plugins add, or fail to add."""
    suffixes: dict[Format, list[str]] = {}
    for suffix, format_ in FORMATS.items():
        suffixes.setdefault(format_, []).append(suffix)
    return [*(_support(format_, found) for format_, found in suffixes.items()), *_plugins()]


@cache
def _plugins() -> tuple[Support, ...]:
    taken = dict.fromkeys(FORMATS, "docquote")
    found = []
    for entry in sorted(entry_points(group=PLUGINS), key=lambda entry: (entry.name, entry.value)):
        suffix = f".{entry.name.lower()}"
        found.append(_added(entry, suffix, taken.get(suffix, "")))
        taken.setdefault(suffix, found[-1].plugin)
    return tuple(found)


def _added(entry: EntryPoint, suffix: str, owner: str) -> Support:
    """What an entry point adds; where it adds nothing, why."""
    plugin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    format_: object = None
    if owner:
        problem = f"{suffix} is read by {owner}"
    else:
        try:
            format_ = entry.load()
            problem = "" if isinstance(format_, Format) else f"{entry.value} is no rag.loading.registry.Format"
        except Exception as error:  # others' code
            problem = f"{entry.value} does not load ({type(error).__name__}: {error})"
    if isinstance(format_, Format):
        return _support(format_, [suffix], plugin)
    unknown = Format(suffix, "application/octet-stream", entry.value)
    return Support(unknown, () if owner else (suffix,), (), plugin, f"{problem}; remove or mend {plugin}")


def _support(format_: Format, suffixes: Sequence[str], plugin: str = "") -> Support:
    versions = tuple(map(_version, format_.libraries))
    missing = " ".join(name for name, found in zip(format_.libraries, versions, strict=True) if not found)
    return Support(
        format_,
        tuple(suffixes),
        versions,
        plugin,
        f"needs: {format_.install or f'pip install {missing}'}" if missing else "",
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def parse(suffix: str, data: bytes, limits: Limits) -> Parsed:
    """Parse the bytes of a file with the suffix ``suffix`` (".pdf"), here and now.

    Raises:
        Refused: for whatever keeps it from being a document.
    """
    format_ = format_of(suffix)
    if format_ is None or not format_.is_installed:
        raise Refused(unsupported_reason(Path(f"x{suffix}")))
    parser = _parser(format_, limits)
    with refusing(format_.name, limits):
        parsed = parser(data, limits)
    if not parsed.text.strip():
        raise Refused("holds no text" if data.strip() else "holds nothing but white space")
    return parsed


def _parser(format_: Format, limits: Limits) -> Callable[[bytes, Limits], Parsed]:
    try:
        parser: Callable[[bytes, Limits], Parsed] = importlib.import_module(format_.module).parse
    except Exception as error:  # a library is missing, a plugin does not work, or there is no room for either
        within = ""
        if isinstance(error, MemoryError | ImportError) and not isinstance(error, ModuleNotFoundError):
            within = f" within {in_words(limits.parse_memory_bytes)} of memory"
        reason = f"cannot be read, as {format_.module} does not load{within} ({error})"
        raise Refused(f"{reason}; see: docquote formats") from error
    return parser


@contextmanager
def refusing(name: str, limits: Limits) -> Iterator[None]:
    """Turns whatever a parser raises for a file of the format ``name`` into Refused."""
    try:
        yield
    except MemoryError as error:
        raise Refused(f"needs more than {in_words(limits.parse_memory_bytes)} of memory to read") from error
    except Refused:
        raise
    except Exception as error:  # the parsers are others' code, and raise anything for a damaged file
        detail = " ".join(str(error).split())[:200]
        raise Refused(f"is damaged, or not {name} ({type(error).__name__}: {detail})") from error
