"""Why a file is not read, and what its owner can do."""

from django.utils.translation import gettext_lazy as _

from core.parsed import Message, describe
from core.rupiah import thousands

_SAVE_AGAIN = _("Open it in Excel or LibreOffice, save it as .xlsx, and upload that file.")
_SPLIT = _("Split it into several files, for example one for each kelurahan, or save it as CSV.")

MESSAGES = {
    "missing": Message(_("There is no such file."), _("Upload the file again.")),
    "unreadable": Message(_("The file is damaged or no spreadsheet program wrote it."), _SAVE_AGAIN),
    "truncated": Message(
        _("The file is incomplete: its end is missing."),
        _("Copy or download it again from its source, then upload it."),
    ),
    "encrypted": Message(
        _("The file is protected by a password."),
        _("Open it in Excel, take the password off (File, Info, Protect Workbook), save it, and upload it again."),
    ),
    "wrong_type": Message(
        _("This is not a spreadsheet but something else: %(kind)s."),
        _("Open it in the program it came from, save it as .xlsx or .csv, and upload that file."),
    ),
    "empty": Message(_("The file holds no rows."), _("Check that you chose the right file and saved it.")),
    "too_large": Message(_("The file is too large to be read at once."), _SPLIT),
    "too_many_rows": Message(_("The file holds more than %(limit)s filled rows."), _SPLIT),
    "too_many_columns": Message(
        _("Something stands in column %(column)s; at most %(limit)s columns are read."),
        _("Delete the columns to the right of the table, save the file, and upload it again."),
    ),
    "stray_cells": Message(
        _("Something stands in row %(row)s, far below the table."),
        _("Delete all rows below the table, save the file, and upload it again."),
    ),
    "zip_bomb": Message(
        _("The file unpacks to far more than a spreadsheet holds and is not opened."),
        _("Ask its sender how it was made; save the table again as .xlsx."),
    ),
    "unsafe": Message(
        _("The file holds parts that no spreadsheet program writes and is not opened."),
        _("Ask its sender how it was made; save the table again as .xlsx."),
    ),
    "too_slow": Message(_("Reading the file takes too long."), _SPLIT),
    "no_space": Message(
        _("There is no room left on the server to read the file."), _("Tell the administrator, then upload it again.")
    ),
}

NOTES = {
    "wrong_extension": Message(
        _("The ending of the file's name does not fit its content; it was read by its content.")
    ),
    "broken_quotes": Message(
        _("Quotation marks in some rows are broken; these rows were cut at the separators."),
        _("Look at these rows in the preview."),
    ),
    "clipped_cells": Message(_("Some cells hold more text than Excel allows; the rest was cut off.")),
    "error_cells": Message(
        _("%(n)s cells hold an error of Excel such as #N/A; they are read as empty."),
        _("Correct the formulas, or leave the cells empty if nothing is missing there."),
    ),
    "hidden_sheet": Message(_("The hidden sheet %(name)s was not read."), _("Tick it if it belongs to the data.")),
}

_KINDS = {
    "pdf": _("a PDF"),
    "program": _("a program"),
    "image": _("an image"),
    "archive": _("a packed archive"),
    "word": _("a Word document"),
    "slides": _("a presentation"),
    "odf": _("an OpenDocument text or presentation"),
    "web_page": _("a web page"),
    "json": _("JSON data"),
    "text": _("running text"),
    "binary": _("an unknown binary file"),
}


class SheetError(Exception):
    """A file that cannot be read. `code` is a key of MESSAGES; `message` says what is the matter and what to do."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params

    def _values(self) -> dict:
        """Parameters as people read them."""
        values = {key: thousands(value) if isinstance(value, int) else value for key, value in self.params.items()}
        if "kind" in values:
            values["kind"] = _KINDS[values["kind"]]
        return values

    @property
    def text(self) -> str:
        """What is the matter, in the active language."""
        return describe(self.code, self._values(), MESSAGES)[0]

    @property
    def todo(self) -> str:
        """What to do, in the active language."""
        return describe(self.code, self._values(), MESSAGES)[1]

    @property
    def message(self) -> str:
        """Both in one line."""
        return f"{self.text} {self.todo}".strip()
