# ruff: noqa: E501
"""Builds the binary documents of the fixtures: DOCX, ODT and PDF, from parts written by hand after their formats.

Sources: ECMA-376 part 1 (17.13.5 revisions, 17.13.4 comments), OpenDocument 1.3 part 3, PDF 1.7. People are invented.
"""

from __future__ import annotations

import io
import zipfile

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
)
_OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
STYLES = f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style><w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>'
BODY = """
<w:sdt><w:sdtContent><w:p><w:pPr><w:pStyle w:val="Verzeichnis1"/></w:pPr><w:r><w:t>Minutes 1</w:t></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Minutes</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">We meet on </w:t></w:r>
 <w:ins w:id="1" w:author="Anna Berg" w:date="2021-02-03T09:15:00Z"><w:r><w:t>Tuesday</w:t></w:r></w:ins>
 <w:del w:id="2" w:author="Anna Berg" w:date="2021-02-03T09:15:00Z"><w:r><w:delText>Monday</w:delText></w:r></w:del>
 <w:ins w:id="3" w:author="Ben Ito" w:date="2021-02-02T10:00:00Z"><w:r><w:t xml:space="preserve"> at nine</w:t></w:r></w:ins>
 <w:commentRangeStart w:id="0"/><w:r><w:t>.</w:t></w:r><w:commentRangeEnd w:id="0"/>
 <w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Zitat"/></w:pPr><w:r><w:t>Time is money.</w:t></w:r></w:p>
<w:p><w:moveFrom w:id="8" w:author="Anna Berg" w:date="2021-02-03T09:16:00Z"><w:r><w:t>Moved.</w:t></w:r></w:moveFrom></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>who</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>what</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>Ben</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>bread</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>
 <w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>
 <mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>
</mc:AlternateContent></w:r><w:r><w:t>Last</w:t><w:tab/><w:t>line</w:t><w:br/>
 <w:t>broken</w:t><w:footnoteReference w:id="2"/></w:r>
 <w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGEREF x</w:instrText></w:r></w:p>
"""
COMMENTS = """
<w:comment w:id="0" w:author="Anna Berg" w:date="2021-02-03T09:20:00Z">
 <w:p w14:paraId="00000001"><w:r><w:t>Which Tuesday?</w:t></w:r></w:p></w:comment>
<w:comment w:id="1" w:author="Ben Ito" w:date="2021-02-03T11:00:00Z">
 <w:p w14:paraId="00000002"><w:r><w:t>The first.</w:t></w:r></w:p></w:comment>
"""
EXTENDED = (
    f'<w15:commentsEx {_W}><w15:commentEx w15:paraId="00000001"/>'
    '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001"/></w15:commentsEx>'
)
FOOTNOTES = '<w:footnote w:id="2"><w:p><w:r><w:t>See below.</w:t></w:r></w:p></w:footnote>'


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def docx(
    body: str = BODY, *, creator: str | None = "Ben Ito", created: str | None = "2021-02-01T07:05:00Z",
    comments: str = COMMENTS, prolog: str = "", **more: str,
) -> bytes:  # fmt: skip
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    core += 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    core += f"<dc:creator>{creator}</dc:creator>" if creator else ""
    core += f"<dcterms:created>{created}</dcterms:created>" if created else ""
    core += "<cp:lastModifiedBy>Somebody Else</cp:lastModifiedBy></cp:coreProperties>"
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "docProps/core.xml": core,
        "word/document.xml": f"{prolog}<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": STYLES,
        "word/comments.xml": f"<w:comments {_W}>{comments}</w:comments>",
        "word/commentsExtended.xml": EXTENDED,
        "word/footnotes.xml": f"<w:footnotes {_W}>{FOOTNOTES}</w:footnotes>",
    }
    return zipped(members | more)


ODT_BODY = """
<text:tracked-changes>
 <text:changed-region text:id="c1"><text:insertion><office:change-info><dc:creator>Anna Berg</dc:creator>
  <dc:date>2021-02-03T09:15:00</dc:date></office:change-info></text:insertion></text:changed-region>
 <text:changed-region text:id="c2"><text:deletion><office:change-info><dc:creator>Anna Berg</dc:creator>
  <dc:date>2021-02-03T09:15:00</dc:date></office:change-info><text:p>Monday</text:p></text:deletion></text:changed-region>
</text:tracked-changes>
<text:h text:outline-level="1">Minutes</text:h>
<text:p>We meet on <text:change-start text:change-id="c1"/>Tuesday<text:change-end text:change-id="c1"/><text:change
 text:change-id="c2"/> at<text:s text:c="2"/>nine<office:annotation office:name="a1"><dc:creator>Anna Berg</dc:creator>
 <dc:date>2021-02-03T09:20:00</dc:date><text:p>Which</text:p><text:p>Tuesday?</text:p></office:annotation>.</text:p>
<text:p text:style-name="P1">Time is money.</text:p>
<text:list><text:list-item><text:p>one<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See
 below.</text:p></text:note-body></text:note></text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>who</text:p></table:table-cell><table:table-cell><text:p>what</text:p>
</table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:text-box><text:p>In the box</text:p></draw:text-box></draw:frame>Last<text:tab/>line<text:line-break/>broken</text:p>
"""


def odt(body: str = ODT_BODY, *, author: str | None = "Ben Ito", **more: str) -> bytes:
    content = f"<office:document-content {_OFFICE}><office:automatic-styles>"
    content += '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Quotations"/>'
    content += f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    meta = f"<office:document-meta {_OFFICE}><office:meta>"
    meta += f"<meta:initial-creator>{author}</meta:initial-creator>" if author else ""
    meta += "<meta:creation-date>2021-02-01T08:05:00.123456789</meta:creation-date><dc:creator>Somebody Else</dc:creator>"
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
        "meta.xml": meta + "</office:meta></office:document-meta>",
    }
    return zipped(members | more)


def pdf(*pages: str, author: str = "Ben Ito", encrypt: bool = False) -> bytes:
    """A PDF with one line of text a page; an empty line makes a page as scanners make them, without text."""
    count = len(pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(count))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Author (%s) /CreationDate (D:20170809101112+02'00') >>" % author.encode(),
    ]
    for n, line in enumerate(pages):
        stream = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % line.encode() if line else b"0 0 m 9 9 l S"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * n)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    if encrypt:
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32))
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects) if encrypt else b""
    return data + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, locked, len(data)
    )  # fmt: skip
