"""The list of recipients of a programme year: its filter, its orders, one page of rows, its export."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, DateField, F, IntegerField, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports import Export, ExportColumn, ExportSheet, masked, register_export
from core.keyset import Key, Page, Sort, keyset_page
from core.models import Region
from core.models.regions import area_q
from core.roles import Perm, access, require
from households.models import Household
from households.rules import compile_rule
from households.rules.text import broken_number, households_of_number, whole_number
from programs import eligibility, figures, rights
from programs.choices import AssistanceStatus, BenefitUnit
from programs.forms.fields import style_controls
from programs.models import Assistance, Delivery, ProgramYear

PAGE_SIZE = 50
DEFAULT_SORT = "name"
DECIDED = (AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED, AssistanceStatus.STOPPED)
KIND = "programs.recipients"
PASSED = (
    ("proposed", gettext_lazy("Proposed at all")),
    ("verified", gettext_lazy("Verified at all")),
    ("approved", gettext_lazy("Approved at all")),
    ("received", gettext_lazy("Received something")),
)

NAME = Coalesce("member__name", "counts_for__head_name", "group__name", "area__name", output_field=CharField())
_SORT_NAME = Coalesce(
    "member__name_sort",
    "counts_for__head_sort",
    "group__name",
    "area__name",
    Value(""),
    output_field=CharField(),
)
REGION = Coalesce("counts_for__region_id", "group__region_id", "area_id", Value(""), output_field=CharField())
_RW = Coalesce("counts_for__rw", Value(""), output_field=CharField())
_RT = Coalesce("counts_for__rt", Value(""), output_field=CharField())
_ID = Key("id", "id", IntegerField())
_NAME_KEY = Key("sort_name", _SORT_NAME, CharField())
SORTS = {
    "name": Sort("name", (_NAME_KEY, _ID)),
    "desil": Sort(
        "desil", (Key("sort_desil", Coalesce("counts_for__work_order", Value(99)), IntegerField()), _NAME_KEY, _ID)
    ),
    "area": Sort(
        "area",
        (
            Key("sort_region", REGION, CharField()),
            Key("sort_rw", _RW, CharField()),
            Key("sort_rt", _RT, CharField()),
            _NAME_KEY,
            _ID,
        ),
    ),
    "number": Sort("number", (Key("sort_number", Coalesce("receipt_no", Value(10**9)), IntegerField()), _ID)),
}


class RecipientFilterForm(forms.Form):
    """Controls of the list. `passed` and `fit` come from figures: rows that came so far; rows that (do not) fit."""

    q = forms.CharField(required=False, max_length=100)
    stage = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("All stages")), *AssistanceStatus.choices],
        label=gettext_lazy("Stage"),
    )
    passed = forms.ChoiceField(required=False, choices=[("", "—"), *PASSED], widget=forms.HiddenInput)
    fit = forms.ChoiceField(required=False, choices=[("", "—"), ("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)
    desil = forms.TypedChoiceField(
        required=False,
        choices=[("", "—"), ("none", "none"), *((n, n) for n in range(1, 11))],
        widget=forms.HiddenInput,
    )
    sort = forms.ChoiceField(required=False, choices=[(f"{d}{s}", s) for s in SORTS for d in ("", "-")])

    def __init__(self, data, *, user):
        super().__init__(data)
        self.prefixes = access(user).region_prefixes(Perm.SEE_AID)
        regions = Region.objects.none()
        for prefix in self.prefixes:
            regions = regions | Region.objects.villages().in_area(prefix)
        home = regions.filter(Q(households__isnull=False)).distinct() if "" in self.prefixes else regions
        self.fields["area"] = forms.ChoiceField(
            required=False,
            label=_("Kelurahan"),
            choices=[("", _("All kelurahan")), *home.order_by("name").values_list("code", "name")],
        )
        style_controls(self)

    def clean_q(self):
        """The search text; a NIK or KK must be whole."""
        text = " ".join(self.cleaned_data["q"].split())
        if broken_number(text):
            raise ValidationError(
                _("A NIK or KK has 16 digits, this has %(n)s. Write the whole number, or a name.")
                % {"n": broken_number(text)}
            )
        return text


class RecipientFilter:
    """A query string read for one person and one programme year."""

    def __init__(self, data, *, program_year: ProgramYear, user):
        self.user, self.program_year = user, program_year
        self.form = RecipientFilterForm(data, user=user)

    def is_valid(self) -> bool:
        """Whether every value is known."""
        return self.form.is_valid()

    @property
    def errors(self) -> list[str]:
        """What is wrong, in words."""
        return list(dict.fromkeys(text for texts in self.form.errors.values() for text in texts))

    @property
    def values(self) -> dict:
        """Cleaned values."""
        return self.form.cleaned_data

    @property
    def sort(self) -> str:
        """The order asked for; `-` in front = descending."""
        return self.values.get("sort") or DEFAULT_SORT

    @property
    def number(self) -> str:
        """The whole NIK or KK that is looked for, else ""."""
        return whole_number(self.values["q"])

    def queryset(self):
        """Rows of the programme year that the person may see and the filter takes; void ones only when asked for."""
        values = self.values
        rows = self.program_year.assistance.visible_to(self.user)
        if values["stage"]:
            rows = rows.filter(status=values["stage"])
        else:
            rows = rows.exclude(status=AssistanceStatus.VOID)
        if values["passed"]:
            rows = rows.filter(figures.passed_q(values["passed"]))
        if values["fit"]:
            fits = figures.row_fits(self.program_year)
            rows = rows.filter(group__isnull=True, area__isnull=True)
            rows = rows.filter(fits) if values["fit"] == "yes" else rows.exclude(fits)
        if values["area"]:
            area = [values["area"]]
            rows = rows.filter(
                area_q("counts_for__region_id", area) | area_q("group__region_id", area) | area_q("area_id", area)
            )
        if values["desil"] == "none":
            rows = rows.filter(counts_for__isnull=False, counts_for__desil__isnull=True)
        elif values["desil"]:
            rows = rows.filter(counts_for__desil=int(values["desil"]))
        return rows.filter(self._text()) if values["q"] else rows

    def _text(self) -> Q:
        text = self.values["q"]
        if self.number:
            return Q(counts_for__in=households_of_number(self.number))
        named = Household.objects.filter(compile_rule({"field": "text", "op": "contains", "value": text})).order_by()
        return Q(counts_for__in=named.values("pk")) | Q(group__name__icontains=text) | Q(area__name__icontains=text)

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is active."""
        return any(value for name, value in self.values.items() if name != "sort")

    def query(self, **changes) -> str:
        """The query string without empty values and without a page; `changes` replace single values."""
        values = {name: self.values.get(name) for name in self.form.fields} | changes
        return urlencode([(k, v) for k, v in values.items() if v not in (None, "")])

    @property
    def words(self) -> list[tuple[str, str]]:
        """The active filters in words, for chips and sheets: (parameter, text)."""
        values, found = self.values, []
        if values["q"] and not self.number:
            found.append(("q", values["q"]))
        if values["stage"]:
            found.append(("stage", str(AssistanceStatus(values["stage"]).label)))
        if values["passed"]:
            found.append(("passed", str(dict(PASSED)[values["passed"]])))
        if values["fit"]:
            found.append(("fit", _("fits the rule") if values["fit"] == "yes" else _("does not fit the rule")))
        if values["area"]:
            found.append(("area", dict(self.form.fields["area"].choices)[values["area"]]))
        if values["desil"]:
            text = _("without desil") if values["desil"] == "none" else _("Desil %(n)s") % {"n": values["desil"]}
            found.append(("desil", text))
        return found


def last_delivery() -> Subquery:
    """Day of the newest delivery of a row that is not void."""
    newest = (
        Delivery.objects.filter(assistance=OuterRef("pk"), void=False)
        .order_by()
        .values("assistance")
        .annotate(newest=Max("date"))
    )
    return Subquery(newest.values("newest"), output_field=DateField())


def page_of(found: RecipientFilter, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page:
    """One page of dict rows, ready for the table. Raises `core.keyset.BadToken`."""
    rows = found.queryset().values(
        "id", "uuid", "status", "status_reason", "receipt_no", "override_reason", "decree_number", "benefit_key"
    )
    rows = rows.annotate(
        name=NAME,
        head=Case(When(member__isnull=False, then=F("counts_for__head_name")), default=Value("")),
        household_uuid=F("counts_for__uuid"),
        desil=F("counts_for__desil"),
        rw=_RW,
        rt=_RT,
        village=Coalesce("counts_for__region__name", "group__region__name", "area__name"),
        amount=amount_seen(found.user, found.program_year),
        delivered=last_delivery(),
    )
    name = found.sort.removeprefix("-")
    page = keyset_page(rows, SORTS[name], descending=found.sort.startswith("-"), after=after, before=before, size=size)
    _add_fit(page.rows, found.program_year)
    return page


def _add_fit(rows: list[dict], program_year: ProgramYear) -> None:
    """Which rows of the page do not meet the rule in force, asked for these rows only."""
    standing = [r["id"] for r in rows if r["status"] not in ("rejected", "void")]
    if program_year.program.benefit_unit not in (BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON):
        standing = []
    fitting = set()
    if standing:
        fits = Assistance.objects.filter(pk__in=standing).filter(figures.row_fits(program_year))
        fitting = set(fits.values_list("pk", flat=True))
    for row in rows:
        row["unfit"] = row["id"] in standing and row["id"] not in fitting
        row["status_name"] = AssistanceStatus(row["status"]).label
        if row["status"] not in DECIDED:
            row["amount"] = None


def amount_seen(user, program_year: ProgramYear):
    """The amount of a row where the person may see it, else NULL."""
    prefixes = rights.areas(user, Perm.SEE_AMOUNTS, program_year.program)
    if "" in prefixes:
        return F("amount")
    seen = rights.rows_within(user, Perm.SEE_AMOUNTS, program_year.program)
    return Case(When(seen, then=F("amount")), default=Value(None))


# --- export ------------------------------------------------------------------------------------------------------


def build(user, params: dict) -> Export:
    """The list as a workbook. `params`: `program_year` (uuid), `query` (dict of the list's filter).

    NIK and KK are masked; amounts only where the person may see them. Raises PermissionDenied, ValidationError.
    """
    require(user, Perm.SEE_AID)
    program_year = (
        ProgramYear.objects.visible_to(user)
        .select_related("program__owner")
        .filter(uuid=params["program_year"])
        .first()
    )
    if program_year is None:
        raise ValidationError(_("This programme year is not there."))
    found = RecipientFilter(params.get("query", {}), program_year=program_year, user=user)
    if not found.is_valid():
        raise ValidationError(found.errors)
    rule = eligibility.sentence_for(program_year.program, program_year.year)
    rows = found.queryset().order_by(REGION, _RW, _RT, _SORT_NAME, "pk")
    return Export(
        title=_("Recipients of %(program)s") % {"program": program_year},
        file_name=_("recipients %(program)s") % {"program": program_year},
        sheets=[ExportSheet(_("Recipients"), rows, _columns(user, program_year), frozen=2)],
        what=_("Recipients of %(program)s") % {"program": program_year},
        filters=[(_("Recipients"), text) for _name, text in found.words],
        notes=[_("Rule: %(rule)s") % {"rule": rule or "—"}],
        unmasked=False,
    )


def _columns(user, program_year: ProgramYear) -> list[ExportColumn]:
    person = program_year.program.benefit_unit == BenefitUnit.PERSON
    return [
        ExportColumn("receipt", _("No."), "receipt_no", "int", width=6),
        ExportColumn("name", _("Name"), NAME, width=28),
        *([ExportColumn("nik", "NIK", masked("member__nik"), "code")] if person else []),
        ExportColumn("kk", _("KK number"), masked("counts_for__kk"), "code"),
        *([ExportColumn("head", _("Head of household"), "counts_for__head_name", width=28)] if person else []),
        ExportColumn("address", _("Address"), "counts_for__address", width=32),
        ExportColumn("rw", "RW", "counts_for__rw", "code", width=6),
        ExportColumn("rt", "RT", "counts_for__rt", "code", width=6),
        ExportColumn(
            "village",
            _("Kelurahan"),
            Coalesce("counts_for__region__name", "group__region__name", "area__name"),
            width=22,
        ),
        ExportColumn("desil", _("Desil"), "counts_for__desil", "int", width=7),
        ExportColumn("desil_then", _("Desil at enrolment"), "desil_then", "int", width=9),
        ExportColumn("status", _("Stage"), "status", labels=dict(AssistanceStatus.choices), width=16),
        ExportColumn("reason", _("Reason"), "status_reason"),
        ExportColumn("proposed", _("Proposed on"), "proposed_at__date", "date"),
        ExportColumn("decree", _("Decree"), "decree_number", width=24),
        ExportColumn("decree_date", _("Date of the decree"), "decree_date", "date"),
        ExportColumn("period", _("Period"), "period"),
        ExportColumn("amount", _("Amount (Rp)"), amount_seen(user, program_year), "rupiah"),
        ExportColumn("delivered", _("Received on"), last_delivery(), "date"),
        ExportColumn("override", _("Why although it does not fit"), "override_reason"),
    ]


register_export(KIND, build)
