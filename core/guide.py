"""The guide in `docs/panduan`: chapters in a small part of Markdown, shown by the help pages.

Known: headings, paragraphs, lists of one level, tables, quotes (as notes), **bold**, *emphasis*, `code`, links. Every
character of a chapter is escaped first, so that nothing in it is markup of its own. A chapter may say on its first
line whose it is: `<!-- roles: kelurahan_operator, opd_operator -->`.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(settings.BASE_DIR) / "docs" / "panduan"
_ROLES = re.compile(r"\A<!--\s*roles:\s*([\w, ]+?)\s*-->\s*")
_ORDER = re.compile(r"^\d+-")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_TABLE_RULE = re.compile(r"^\|?[\s:|-]+\|?$")


@dataclass(frozen=True)
class Chapter:
    """One file of the guide. `text` is its first paragraph, `roles` those it is written for (empty = everybody)."""

    slug: str
    title: str
    text: str
    roles: frozenset[str]
    source: str

    @property
    def html(self) -> SafeString:
        """The chapter without its title, as HTML."""
        return render(self.source)


def chapters(folder: Path | None = None) -> list[Chapter]:
    """All chapters in the order of their file names; an absent folder has none."""
    return [_read(path) for path in sorted((folder or FOLDER).glob("*.md"))]


def _read(path: Path) -> Chapter:
    source = path.read_text(encoding="utf-8").strip()
    roles = frozenset()
    if found := _ROLES.match(source):
        roles = frozenset(name.strip() for name in found[1].split(","))
        source = source[found.end() :]
    title = path.stem
    if source.startswith("# "):
        title, _newline, source = source[2:].partition("\n")
    blocks = [block for block in re.split(r"\n\s*\n", source.strip()) if block[:1].isalnum()]
    text = re.sub(r"[*`]", "", _LINK.sub(r"\1", blocks[0])) if blocks else ""
    return Chapter(_ORDER.sub("", path.stem), title.strip(), " ".join(text.split()), roles, source.strip())


def render(source: str) -> SafeString:
    """HTML of Markdown `source`."""
    return format_html_join("\n", "{}", ((_block(block),) for block in re.split(r"\n\s*\n", source.strip()) if block))


def _block(block: str) -> SafeString:
    lines = block.strip("\n").split("\n")
    if heading := re.match(r"(#{1,3})\s+(.+)", lines[0]):
        # The title of the page is the h1, so that the levels of a chapter begin at h2.
        level = max(2, len(heading[1]))
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return format_html("<h{}>{}</h{}>{}", level, _words(heading[2]), level, rest)
    if lines[0].startswith("|") and len(lines) > 1 and _TABLE_RULE.match(lines[1]):
        return _table(lines)
    if lines[0].startswith(">"):
        text = " ".join(line.lstrip("> ") for line in lines)
        return format_html('<div class="note mb-3"><p>{}</p></div>', _words(text))
    for pattern, tag in ((r"\s*[-*]\s+", "ul"), (r"\s*\d+[.)]\s+", "ol")):
        if re.match(pattern, lines[0]):
            return format_html("<{}>{}</{}>", tag, _items(lines, pattern), tag)
    starts = groupby(range(len(lines)), key=lambda n: bool(re.match(r"\s*([-*]|\d+[.)])\s+", lines[n])))
    parts = [[lines[n] for n in group] for _is_list, group in starts]
    if len(parts) > 1:  # a list that follows its sentence without an empty line
        return format_html("{}{}", _block("\n".join(parts[0])), _block("\n".join(lines[len(parts[0]) :])))
    return format_html("<p>{}</p>", _words(" ".join(lines)))


def _items(lines: list[str], pattern: str) -> SafeString:
    items: list[str] = []
    for line in lines:
        if re.match(pattern, line):
            items.append(re.sub(pattern, "", line, count=1))
        elif items:
            items[-1] += " " + line.strip()
    return format_html_join("", "<li>{}</li>", ((_words(item),) for item in items))


def _table(lines: list[str]) -> SafeString:
    rows = [[_words(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in [lines[0], *lines[2:]]]
    head = format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in rows[0]))
    body = format_html_join(
        "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((c,) for c in row)),) for row in rows[1:])
    )
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _words(text: str) -> SafeString:
    html = str(escape(text))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", html)
    html = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?!\w)", r"<em>\1</em>", html)
    return mark_safe(_LINK.sub(_link, html))


def _link(found: re.Match) -> str:
    text, target = found[1], found[2]
    if target.endswith(".md") and "/" not in target:
        target = reverse("help_chapter", args=[_ORDER.sub("", target.removesuffix(".md"))])
    # Anything but a place on this site or the open web stays plain text.
    if not re.match(r"(/(?!/)|#|https://)", target):
        return text
    return f'<a href="{target}">{text}</a>'
