"""Words of every finding of a list of recipients: what is the matter, and what to do."""

from django.utils.translation import gettext_lazy as _

from core import dates, names, nik, rupiah
from core.parsed import Message
from core.sheets.errors import NOTES as FILE_NOTES

_LOOK_AT_KTP = _("Compare the identity card (KTP).")
_ASK_WHY = _("Ask the agency whether the aid still goes to this family.")
_RESUME = _("Take the aid up again on the recipient's page, then bring the list again.")
_CHOOSE = _("Choose the person below, add the NIK in the sheet, or leave the row out.")

MESSAGES = {
    **FILE_NOTES,
    **nik.MESSAGES,
    **dates.MESSAGES,
    **names.MESSAGES,
    **rupiah.MESSAGES,
    # --- one cell
    "left_out_nik": Message(_("The NIK was left out by choice; the row is found by name.")),
    "left_out_kk": Message(_("The KK was left out by choice.")),
    "text_cut": Message(_("The text is longer than %(n)s characters; the rest was cut off.")),
    "stage_unreadable": Message(_("“%(raw)s” is no stage."), _("Write a number from 1 to %(most)s, for example 2.")),
    "region_not_ours": Message(_("“%(raw)s” is no kelurahan of this city; it was not used.")),
    "error_cell": Message(
        _("The cell holds the Excel error %(raw)s; it is read as empty."), _("Correct the formula, or type the value.")
    ),
    # --- one row
    "nobody_named": Message(_("The row names nobody."), _("Write the NIK, or name and birth date.")),
    "name_alone": Message(
        _("A name alone does not tell who it is."), _("Add the NIK, or birth date and address, in the sheet.")
    ),
    "date_ahead": Message(_("The day of handing over lies in the future."), _("Write the day it happened.")),
    "date_other_year": Message(
        _("This day does not belong to the year of the programme."),
        _("Write a day of that year, or choose the programme year that paid."),
    ),
    "decree_missing": Message(
        _("The row names no decree."), _("Write number and date of the decree in the row, or for the whole list.")
    ),
    "unpaid": Message(_("The sheet says that this was not paid out; the row was left out.")),
    # --- rows among each other
    "twice": Message(
        _("The same recipient stands in row %(row)s already; counted once."),
        _("If it is a further payment, add a column Tahap with its number."),
    ),
    "family_twice": Message(_("The same family as row %(row)s; the programme counts a family once.")),
    # --- rows and our people
    "not_in_data": Message(
        _("Not in our data; nobody was added."),
        _("Record the household first, then bring the list of those not in our data again."),
    ),
    "which_person": Message(_("More than one person may be meant, or the birth date is missing."), _CHOOSE),
    "nik_of_other": Message(
        _("This NIK is not in our data, but a person with this name is, under another NIK or none."), _CHOOSE
    ),
    "person_needed": Message(
        _("The programme goes to persons; a family card does not tell who."), _("Add the NIK or the name.")
    ),
    "registered_elsewhere": Message(_("This number is registered outside your area."), _("Ask for a transfer.")),
    "by_name": Message(_("Found by name and birth date; exactly one person fits.")),
    "by_address": Message(_("Found by name and address; exactly one person fits.")),
    "by_former_kk": Message(_("Found by a former KK number of the family.")),
    "kk_in_nik": Message(_("The number in the column NIK is a KK number; the family was found by it.")),
    "kk_differs": Message(_("The KK number differs from ours; the person was found by NIK.")),
    "person_differs": Message(
        _("Under this NIK we have another name and another birth date."),
        _LOOK_AT_KTP,
    ),
    "person_deceased": Message(_("Recorded with us as deceased."), _ASK_WHY),
    "person_moved": Message(_("Recorded with us as moved away."), _ASK_WHY),
    "person_duplicate": Message(_("Recorded with us as a duplicate."), _ASK_WHY),
    "person_not_found": Message(_("Recorded with us as not found."), _ASK_WHY),
    "household_moved": Message(_("The family is recorded as moved away."), _ASK_WHY),
    "household_deceased": Message(_("The family is recorded as deceased."), _ASK_WHY),
    "household_duplicate": Message(_("The family is recorded as a duplicate."), _ASK_WHY),
    "household_excluded": Message(_("The family is recorded as no longer poor."), _ASK_WHY),
    "household_not_found": Message(_("The family is recorded as not found."), _ASK_WHY),
    "household_graduated": Message(_("The family has graduated from poverty."), _ASK_WHY),
    # --- rows and the log
    "same_kind": Message(
        _("The family already has aid of the same kind: %(programs)s."), _("Check whether both are meant.")
    ),
    "family_in": Message(_("Another member of this family is already in this programme year.")),
    "unfit": Message(_("Does not meet the rule of the programme%(why)s")),
    "unfit_hidden": Message(_("Does not meet the rule of the programme.")),
    "not_approved": Message(
        _("Not approved in this programme year, so nothing can be handed over."),
        _("Propose and approve this recipient first."),
    ),
    "delivery_differs": Message(
        _("This stage is already recorded with another day or amount; ours stays."),
        _("If it is a further payment, choose its stage."),
    ),
    "is_stopped": Message(_("The aid of this recipient was stopped; nothing was recorded."), _RESUME),
    "is_returned": Message(_("This proposal was returned to its proposer; it stays so.")),
    "four_eyes": Message(_("Comes in as proposed: the approval needs a second person.")),
    "over_quota": Message(
        _("With this list %(taken)s recipients stand in the programme year; the quota is %(quota)s."),
        _("Ask the agency for the quota, or leave out who is too many."),
    ),
    "over_ceiling": Message(
        _("With this list the ceiling is passed by %(amount)s."),
        _("Check amounts and ceiling on the programme's page."),
    ),
    # --- apply, undo
    "changed_since": Message(
        _("This row changed after the preview and was left out."), _("Look at it again, then apply the rest.")
    ),
    "undo_touched": Message(_("Changed after the import by %(by)s; it stays as it is.")),
    "undo_referred": Message(_("Something recorded later refers to it; it stays.")),
    "undo_taken": Message(_("Something was handed over since; it stays as it is.")),
}
