"""What means something in each format: put into a file of it where it does not belong, it breaks more than any byte."""

from __future__ import annotations

from collections.abc import Sequence

_TEXT = "\x00¦\xff\xfe¦\xef\xbb\xbf¦\x1a¦\r¦\x0c¦\xe2\x80\xae¦\xed\xa0\x80¦\n\n"
_MARKDOWN = "[¦](¦**¦`¦> ¦- ¦\t¦|¦<!--¦![¦&#¦\\¦\x00¦\n¦# "
_HTML = (
    "<¦>¦<!--¦-->¦<![CDATA[¦&#x110000;¦&#0;¦<svg>¦<math>¦<template>¦<table>¦<p¦='¦<script>¦</¦<base href=¦\x00¦"
    "<meta charset=utf-7>¦<td colspan=1000 rowspan=60000>"
)
_XML = "<¦</¦/>¦&lt;¦&x;¦<!DOCTYPE x [<!ENTITY x 'xxxx'>]>¦<?xml¦]]>¦<![CDATA[¦<!--¦='¦ xmlns='x'"
_ZIP = "PK\x03\x04¦PK\x01\x02¦PK\x05\x06¦\xff\xff\xff\xff"
_OPEN_DOCUMENT = (
    " table:number-rows-repeated='999999999'¦ table:number-columns-repeated='99999'¦"
    " table:number-columns-spanned='99999'¦ text:c='999999999'¦<text:p>¦</text:p>¦<text:list><text:list-item>¦"
    "<table:table>¦ text:outline-level='99'¦<text:h>"
)
_JSON = '{¦}¦[¦]¦"¦:¦,¦\\u¦\\ud800¦1e999¦NaN¦-¦null¦\x00¦{"a":'
_MAIL = (
    "\n\n¦--x\n¦--x--\n¦Content-Type: multipart/mixed; boundary=x\n¦\r\n ¦\nFrom a 2024\n¦"
    "Content-Type: multipart/alternative; boundary=x\n¦Content-Type: message/rfc822\n¦charset=utf-7¦"
    "charset=unicode_escape¦=?utf-8?b?¦=?x?q?¦?=¦Content-Transfer-Encoding: base64\n¦Date: 9999¦"
    'Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n¦filename*0*=¦filename="a.zip"¦\xff¦<p>'
)
_PICTURE = (
    "IHDR¦IDAT¦IEND¦iCCP¦eXIf¦acTL¦\xff\xd8¦\xff\xda¦\xff\xc2¦\xff\xe1¦II*\x00¦MM\x00*¦RIFF¦VP8X¦VP8L¦ANMF¦"
    "\xff\xff\xff\xff¦\x00\x00\x00\x00¦\x7f\xff\xff\xff¦\x01\x00\x00\x00"
)

_PARTED: dict[str, str] = {
    ".txt": _TEXT,
    ".log": _TEXT,
    ".py": _TEXT,
    ".md": _MARKDOWN,
    ".html": _HTML,
    ".pdf": (
        "endobj¦stream\n¦/Length 99999999¦/Count -1¦/Kids[3 0 R 3 0 R]¦<<¦>>¦[¦(¦/FlateDecode¦/ASCII85Decode¦"
        "/JBIG2Decode¦4294967295¦-2147483648¦0 R¦%%EOF"
    ),
    ".docx": (
        f"{_ZIP}¦{_XML}¦"
        "<w:p>¦</w:p>¦<w:tbl>¦</w:tbl>¦w:val='¦<w:tc>¦<w:gridSpan w:val='9999'/>¦<w:footnoteReference w:id='2'/>¦"
        "<w:numId w:val='1'/>¦<w:fldChar w:fldCharType='begin'/>¦<w:del>¦<w:ilvl w:val='-9'/>¦<m:oMath>"
    ),
    ".xlsx": (
        f"{_ZIP}¦{_XML}¦"
        "<row r='1048576'>¦<c r='XFD9'>¦ t='s'¦ t='d'¦<v>99999999999</v>¦<v>-1</v>¦<mergeCell ref='A1:XFD1048576'/>¦"
        " s='999'¦[h]:mm¦#,##0.0%%¦<v>1e308</v>"
    ),
    ".ods": f"{_OPEN_DOCUMENT}¦{_ZIP}¦{_XML}",
    ".odt": f"{_OPEN_DOCUMENT}¦{_ZIP}¦{_XML}",
    ".odp": f"{_OPEN_DOCUMENT}¦{_ZIP}¦{_XML}¦<draw:page>¦<draw:frame>¦ presentation:class='title'¦<draw:text-box>",
    ".pptx": (
        f"{_ZIP}¦{_XML}¦"
        "<a:p>¦</a:p>¦<p:sp>¦ r:id='rId1'¦<a:tbl>¦ gridSpan='99999'¦ vMerge='1'¦ lvl='99'¦ show='0'¦<p:grpSp>¦"
        " idx='-1'"
    ),
    ".epub": f"{_ZIP}¦{_XML}¦{_HTML}¦ href='../../x'¦%2e%2e/¦%ff¦<navPoint>¦#",
    ".zip": f"{_ZIP}¦{_XML}¦{_MARKDOWN}¦../¦a.zip¦a.eml",
    ".csv": ',¦"¦;¦\t¦\n¦""¦\x00¦|¦\r¦\xef\xbb\xbf¦,,,,,,,,',
    ".json": _JSON,
    ".ipynb": f'{_MARKDOWN}¦{_JSON}¦"cell_type": "markdown"¦"outputs": [{{"data": {{"text/html": "<p>"}}}}]',
    ".yaml": (
        "- ¦: ¦? ¦&a ¦*a¦<<: *a¦!!python/object:os.system ¦!!binary ¦|¦>¦\t¦\n---\n¦%YAML 9¦{¦[¦\n¦  ¦"
        "!!timestamp 9999-99-99¦0x¦1:60¦.inf"
    ),
    ".xml": _XML,
    ".rtf": (
        "{¦}¦\\¦\\par ¦\\cell ¦\\row ¦\\trowd¦\\'e9¦\\u-1?¦\\u55357?¦\\bin9999999 ¦\\uc99999¦{\\*\\x ¦{\\footnote ¦"
        "\\ansicpg99999¦\\ansicpg65000¦\\outlinelevel99¦\\intbl ¦{\\listtext ¦\\clmrg¦\\clvmrg¦\\cellx-1¦"
        "{\\stylesheet¦\\super ¦\\fcharset128 ¦\\f0 "
    ),
    ".rst": (
        ".. ¦::\n\n¦.. include:: /etc/hosts\n¦.. csv-table::\n\n   ¦|x|¦`¦`_¦**¦+--+--+\n¦====\n¦:a: ¦.. [1] ¦\n  ¦"
        ".. list-table::\n\n   * - ¦.. raw:: html\n\n   ¦[#]_ ¦_`x`¦.. |x| replace:: |x|\n¦:math:`\\frac{`¦"
        ".. math::\n\n   \\sqrt{¦.. role:: x\n¦.. default-role:: x\n¦.. class:: x\n¦.. date::\n¦"
        ".. unicode:: 0x110000\n¦.. contents::\n¦.. parsed-literal::\n\n "
    ),
    ".adoc": (
        "= ¦== ¦|===\n¦|¦9999+|¦.9999+|¦9999*|¦----\n¦====\n¦* ¦. ¦{a}¦include::/etc/hosts[]\n¦:a: {a}\n¦"
        'ifdef::a[]\n¦[cols="9999*"]\n¦footnote:[¦a:: ¦+\n¦[source]\n¦++++\n¦<<¦>>¦^¦~¦``¦__¦#¦[.line-through]#¦'
        "////\n¦<.> "
    ),
    ".eml": _MAIL,
    ".mbox": f"{_MAIL}¦\n>From ¦From x 2024\n",
    ".msg": (
        "\xfe\xff\xff\xff¦\xff\xff\xff\xff¦\x00\x00\x00\x00\x00\x00\x00\x00¦\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1¦"
        "\x01\x00\x00\x00¦_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x00¦"
        "_\x00_\x00a\x00t\x00t\x00a\x00c\x00h\x00¦\x00\x10¦\xfd\xff\xff\xff"
    ),
    ".png": _PICTURE,
    ".jpg": _PICTURE,
    ".tiff": _PICTURE,
    ".webp": _PICTURE,
}

TOKENS: dict[str, Sequence[bytes]] = {
    suffix: parted.encode("latin-1").split("¦".encode("latin-1")) for suffix, parted in _PARTED.items()
}
"""By suffix."""
