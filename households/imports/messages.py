"""Words of every finding of a household import: what is the matter, and what to do."""

from django.utils.translation import gettext_lazy as _

from core import dates, names, nik, rupiah
from core.parsed import Message
from core.sheets.errors import NOTES as FILE_NOTES

_LOOK_AT_KTP = _("Compare the identity cards (KTP) of both.")
_FROM_KK = _("Fill in the KK number from the family card.")

MESSAGES = {
    **FILE_NOTES,
    **nik.MESSAGES,
    **dates.MESSAGES,
    **names.MESSAGES,
    **rupiah.MESSAGES,
    # --- one cell
    "sex_unknown": Message(_("“%(raw)s” is not a sex."), _("Write L or P.")),
    "relation_unknown": Message(
        _("“%(raw)s” is not a relation to the head."), _("Write it as on the family card, for example Anak.")
    ),
    "code_unknown": Message(
        _("“%(raw)s” is not an answer we know; the cell was left out."),
        _("Write an answer of the list in the template, or ask the secretariat to add this one."),
    ),
    "yes_no_unknown": Message(_("“%(raw)s” is neither yes nor no; the cell was left out."), _("Write Ya or Tidak.")),
    "coordinates_odd": Message(
        _("The coordinates %(raw)s lie nowhere; they were left out."),
        _("Write degrees, for example -0.7893; 100.6541."),
    ),
    "text_cut": Message(_("The text is longer than %(n)s characters; the rest was cut off.")),
    "error_cell": Message(
        _("The cell holds the Excel error %(raw)s; it is read as empty."), _("Correct the formula, or type the value.")
    ),
    "status_invalid": Message(
        _("The sheet calls this person “%(raw)s”; the status was left as it is."), _("Ask the civil registry.")
    ),
    "status_duplicate": Message(
        _("The sheet calls this person “%(raw)s”."), _("Look at the suspected duplicates after the import.")
    ),
    # --- one row
    "name_missing": Message(_("The name is missing."), _("Fill in the name from the identity or family card.")),
    "nik_missing": Message(_("Without NIK; the person is kept and listed as a gap.")),
    "kept_without_nik": Message(_("Kept without NIK by choice; what the sheet holds is noted.")),
    "kept_without_kk": Message(_("Kept without KK by choice; what the sheet holds is noted.")),
    "region_missing": Message(
        _("The sheet does not say in which kelurahan this family lives."),
        _("Choose the kelurahan of the sheet, or add a column Kelurahan."),
    ),
    "region_outside": Message(
        _("%(name)s lies outside your area."), _("Leave the row out, or send it to the secretariat.")
    ),
    # --- rows among each other
    "nik_twice": Message(_("This NIK already stands in row %(row)s."), _LOOK_AT_KTP),
    "person_twice": Message(_("This person already stands in row %(row)s."), _("Remove one of the two rows.")),
    "person_alike": Message(
        _("Name and birth date are those of row %(row)s, in another family."), _("Check whether this is one person.")
    ),
    "two_heads": Message(_("There is already a head in row %(row)s."), _("Name one head only.")),
    "no_head": Message(
        _("This family has no head; the eldest person is shown in lists."), _("Name the head on the household's page.")
    ),
    "kk_is_nik": Message(_("The KK number is the same as a NIK."), _FROM_KK),
    "kk_missing": Message(_("A family without KK number; it is kept so and listed as a gap.")),
    "head_without_kk": Message(
        _("The head has no KK number, but the members below stand under one and the same."), _FROM_KK
    ),
    "member_without_kk": Message(_("This row has no KK number but stands inside a family that has one."), _FROM_KK),
    "kk_twice": Message(_("This family already stands in row %(row)s."), _("Remove one of the two rows.")),
    "ext_twice": Message(_("This id already stands in row %(row)s, under another KK."), _("Compare both families.")),
    "address_differs": Message(_("The address differs from that of the head; the head's was taken.")),
    "region_differs": Message(
        _("The kelurahan differs from that of the head; the head's was taken."), _("Check whether this is one family.")
    ),
    # --- rows and what we know
    "nik_taken": Message(
        _("This NIK is already registered in the household of %(name)s, for another person."),
        _("Compare the identity card (KTP); one of the two numbers is wrong."),
    ),
    "nik_elsewhere": Message(_("This NIK is already registered elsewhere."), _("Ask for a transfer.")),
    "family_elsewhere": Message(
        _("This family is already registered elsewhere."), _("Ask the secretariat to move it to your area.")
    ),
    "family_ambiguous": Message(
        _("More than one family without KK has this head and address."), _("Add the KK or the NIK of the head.")
    ),
    "nik_changed": Message(
        _("The NIK differs from ours; by name and birth date it is the same person."), _("Compare the identity card.")
    ),
    "person_differs": Message(
        _("Name and birth date both differ from what we have under this NIK."), _("Compare the identity card.")
    ),
    "kk_old": Message(_("This is a former KK number of the family; its present one stays.")),
    "member_inactive": Message(_("Recorded with us as %(status)s; that stays so.")),
    "head_stays": Message(_("Another person is recorded as head and this source may not change that; the head stays.")),
    "head_replaced": Message(
        _("The sheet names another head than ours (%(name)s); the sheet's is taken."),
        _("Compare the family card."),
    ),
    "move_held": Message(
        _("We hold newer data, or another source has precedence; this person stays in the present household."),
        _("Tick the family under “Put aside” to move the person all the same."),
    ),
    "not_in_data": Message(
        _("This family is not in our data; the sheet says too little to add it."),
        _("Bring a sheet with its members, or add it by hand."),
    ),
    # --- apply, undo
    "changed_since": Message(
        _("This family changed after the preview and was left out."), _("Look at it again, then apply the rest.")
    ),
    "undo_touched": Message(_("Changed after the import by %(by)s; it stays as it is.")),
    "undo_referred": Message(_("Something recorded later refers to it; it stays.")),
    "undo_taken": Message(_("Its former number or place is in use by now; it stays as it is.")),
}

# Codes of notes that `core` gives and that people should see; all other notes are too common to be listed.
_CLEANED = {"apostrophe": "note", "spaces": "note", "nbsp": "note", "punctuation": "note"}
NOTE_LEVELS = {
    "nik": {**_CLEANED, "placeholder": "note", "temporary": "note"},
    "kk": {
        **_CLEANED,
        "placeholder": "note",
        "temporary": "note",
        "kk_date_odd": "warning",
        "kk_serial_zero": "warning",
    },
    "birth_date": {"date_two_digit_year": "note"},
}
# Errors of these fields refuse the row; a wrong cell elsewhere is left out with a warning.
REFUSING = frozenset({"nik", "kk", "birth_date", "birth", "sex", "relation", "region", "desil", "name"})


def level_of(field: str) -> str:
    """Level of a finding on a cell that cannot be read."""
    return "error" if field in REFUSING else "warning"
