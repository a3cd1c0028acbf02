"""Archives (.zip) -> the files in them, one after another, each under its name; archives in archives likewise."""

from __future__ import annotations

import zipfile
from io import BytesIO

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.limits import Limits
from rag.loading.package import check_package
from rag.loading.parsed import Parsed
from rag.loading.parts import Parts
from rag.loading.registry import refusing

_MOST_MEMBERS = 10_000
_SYSTEM_FOLDERS = ("__MACOSX/",)


def parse(data: bytes, limits: Limits) -> Parsed:
    """Every file of a type that can be read, in the order of their names; hidden ones are passed over, as in a folder.

    Raises:
        Refused: damaged, protected, over the limits, or without a file that can be read.
    """
    check_package(data, limits, name="zip archive", suffix=".zip")
    parts = Parts(TextBuilder(limits), limits)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_hidden(member.filename)]
        if len(members) > _MOST_MEMBERS:
            raise Refused(f"holds {len(members):,} files, more than {_MOST_MEMBERS:,}")
        for member in sorted(members, key=lambda member: member.filename):
            try:
                with refusing("a file of an archive", limits):
                    content = archive.read(member)
            except Refused as refusal:
                parts.refused.append(f"{member.filename} {refusal}")
                continue
            parts.write(member.filename, content)
    if not parts.read:
        raise Refused("holds no file that can be read" + "".join(f"; {warning}" for warning in parts.warnings[:3]))
    text, sections = parts.builder.build()
    return Parsed(text, sections, warnings=parts.warnings)


def _is_hidden(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return name.startswith(_SYSTEM_FOLDERS) or any(part.startswith((".", "~$")) for part in parts)
