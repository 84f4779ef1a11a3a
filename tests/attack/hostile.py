"""Makes files that are broken or meant to do harm; nothing of it is kept in the repository."""

import struct
import zipfile
import zlib

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOC_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{DOC_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{DOC_REL}">'
    '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_BOOK_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{DOC_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{DOC_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
HEAD = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"


def xlsx(path, pieces, *, strings="", parts=(), book=_BOOK):
    """Write a workbook of one sheet "Data".

    pieces: iterable of text, the whole sheet XML; strings: sharedStrings XML; parts: more (name, bytes).
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        file.writestr("[Content_Types].xml", _TYPES)
        file.writestr("_rels/.rels", _RELS)
        file.writestr("xl/workbook.xml", book)
        file.writestr("xl/_rels/workbook.xml.rels", _BOOK_RELS)
        if strings:
            file.writestr("xl/sharedStrings.xml", strings)
        for name, content in parts:
            file.writestr(name, content)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for piece in pieces:
                sheet.write(piece if isinstance(piece, bytes) else piece.encode())
    return path


def rows(texts):
    """Sheet XML of rows of inline texts, from A1 on."""
    yield HEAD
    for number, row in enumerate(texts, 1):
        cells = "".join(
            f'<c r="{letters(j)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for j, text in enumerate(row)
        )
        yield f'<row r="{number}">{cells}</row>'
    yield TAIL


def letters(index):
    """0 -> "A"."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def overlapping_zip(path, copies, size):
    """A zip whose `copies` entries all point at one deflated block of `size` zeros."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = data.compress(bytes(size)) + data.flush()
    crc = zlib.crc32(bytes(size))
    name = b"xl/workbook.xml"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0x21, crc, len(block), size, len(name), 0) + name
    central = b""
    for number in range(copies):
        entry = name if number == 0 else b"xl/worksheets/sheet%d.xml" % number
        central += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0x21, crc, len(block), size, len(entry), 0, 0, 0, 0, 0, 0
        )
        central += entry
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, copies, copies, len(central), len(local) + len(block), 0)
    path.write_bytes(local + block + central + end)
    return path


def ole(path, *streams, size=8192):
    """An old compound file whose directory names `streams`, with tables that lead nowhere."""
    content = bytearray(size)
    content[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", content, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<LLLLLLLLL", content, 44, 1, 1, 0, 4096, 0, 0, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109L", content, 76, 0, *[0xFFFFFFFF] * 108)
    for index in range(128):  # the allocation table: every sector is followed by itself
        struct.pack_into("<L", content, 512 + 4 * index, index)
    for index, name in enumerate(("Root Entry", *streams)):
        at = 1024 + 128 * index
        text = name.encode("utf-16-le")
        content[at : at + len(text)] = text
        struct.pack_into("<HBB", content, at + 64, len(text) + 2, 5 if index == 0 else 2, 1)
        struct.pack_into("<LLL", content, at + 68, 0xFFFFFFFF, 0xFFFFFFFF, 1)
        struct.pack_into("<LQ", content, at + 116, 2, size)
    path.write_bytes(bytes(content))
    return path


def ods(path, table):
    """An OpenDocument sheet with `table` as the content of its only table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?>'
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        file.writestr(
            "content.xml",
            '<?xml version="1.0"?><office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="Data">{table}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path
