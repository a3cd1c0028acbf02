"""What is put on a page rather than printed on it: fields that were filled in, and comments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

CHECKED, UNCHECKED = "☒", "☐"
MOST_ANNOTATIONS = 2_000
"""Of one page."""

_TEXT_FIELDS = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_BOX_FIELDS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_WITHOUT_TEXT = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP)


@dataclass(frozen=True, slots=True)
class FilledField:
    """A field of a form with what is in it.

    Attributes:
        name: as the form calls it for people, else for programs; may be "".
        value: its text, or a box with or without a cross.
        corners: left, bottom, right and top on the page, in points.
    """

    name: str
    value: str
    corners: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote to a page; the author may be ""."""

    author: str
    text: str


def fields_and_comments(
    page: pdfium.PdfPage, form: pdfium.PdfFormEnv | None
) -> tuple[list[FilledField], list[Comment]]:
    """The fields of a page that are filled in, and the comments on it, in the order of the file."""
    fields: list[FilledField] = []
    comments: list[Comment] = []
    for annotation in _opened(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind == raw.FPDF_ANNOT_WIDGET and form is not None:
            field = _field(form, annotation)
            if field is not None:
                fields.append(field)
        elif kind not in _WITHOUT_TEXT:
            text = " ".join(_string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents").split())
            if text:
                author = " ".join(_string(raw.FPDFAnnot_GetStringValue, annotation, b"T").split())
                comments.append(Comment(author, text))
    return fields, comments


def _opened(page: pdfium.PdfPage) -> Iterator[raw.FPDF_ANNOTATION]:
    for i in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, i)
        if annotation:
            yield annotation
            raw.FPDFPage_CloseAnnot(annotation)


def _field(form: pdfium.PdfFormEnv, annotation: raw.FPDF_ANNOTATION) -> FilledField | None:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _BOX_FIELDS:
        value = CHECKED if raw.FPDFAnnot_IsChecked(form, annotation) else UNCHECKED
    elif kind in _TEXT_FIELDS:
        value = _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation).strip()
    else:
        value = ""
    rectangle = raw.FS_RECTF()
    if not value or not raw.FPDFAnnot_GetRect(annotation, rectangle):
        return None
    name = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = name.strip() or _string(raw.FPDFAnnot_GetFormFieldName, form, annotation).strip()
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    return FilledField(" ".join(name.split()), value, (left, bottom, right, top))


def _string(function: Callable[..., int], *arguments: object) -> str:
    """What a function of pdfium writes in UTF-16, as text."""
    length = function(*arguments, None, 0)
    buffer = ctypes.create_string_buffer(length)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")
