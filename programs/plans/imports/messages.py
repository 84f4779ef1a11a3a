"""Words of every finding of a plan sheet: what is the matter, and what to do."""

from django.utils.translation import gettext_lazy as _

from core import rupiah
from core.parsed import Message
from core.sheets.errors import NOTES as FILE_NOTES

MESSAGES = {
    **FILE_NOTES,
    **rupiah.MESSAGES,
    "text_cut": Message(_("The text is longer than %(n)s characters; the rest was cut off.")),
    "error_cell": Message(
        _("The cell holds the Excel error %(raw)s; it is read as empty."), _("Correct the formula, or type the value.")
    ),
    "source_unknown": Message(
        _("“%(raw)s” is no source of funds that we know."),
        _("Write APBN, DAK, APBD Kota, APBD Provinsi, CSR or Baznas."),
    ),
    "source_assumed": Message(_("No source of funds is named; APBD Kota is taken.")),
    "not_ours": Message(
        _("None of our programmes has this code or name; the row is left out."),
        _("Choose the programme below if it is one of ours, or leave the row out."),
    ),
    "several": Message(
        _("More than one of our programmes has this code or name."), _("Choose which one below, or leave the row out.")
    ),
    "not_yours": Message(_("This programme belongs to another agency."), _("Leave the row to that agency.")),
    "ended": Message(_("This programme has ended."), _("Take its end back first, or leave the row out.")),
    "year_closed": Message(_("The year of this programme is closed."), _("Open the year again first.")),
    "plan_submitted": Message(
        _("The plan lies with Bappeda and stands still."), _("Take it back first, or wait for its verification.")
    ),
    "plan_settled": Message(
        _("The plan is verified: only its ceilings are changed, other columns of the row are left.")
    ),
    "two_codes": Message(_("Two codes mean this programme; their money is added up and the first code is kept.")),
    "added_up": Message(_("This source stands more than once for the programme; the money is added up.")),
    "by_earlier": Message(_("Found by the code of an earlier year.")),
    "by_name": Message(_("Found by its name.")),
    "changed_since": Message(
        _("This row changed after the preview and was left out."), _("Look at it again, then apply the rest.")
    ),
    "undo_touched": Message(_("Changed after the import; it stays as it is.")),
    "undo_referred": Message(_("Something recorded later refers to it; it stays.")),
    "undo_taken": Message(_("The ceiling was changed again since; it stays as it is.")),
}
