"""Forms on households and members: they read and warn; the actions decide."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.models import Region
from core.nik import mask
from core.roles import Perm, access
from households.choices import HEAD, HouseholdStatus, MemberStatus, Sex
from households.labels import Labels
from households.models import Household, Member
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES
from households.reference import ASSETS
from households.sections import HOUSEHOLD_SECTIONS, MEMBER_SECTIONS
from households.validation import clean_kk, clean_nik, identity_warnings

NUMBER = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "24"}


class DateField(forms.DateField):
    """A date with the browser's picker; typed dd/mm/yyyy is understood too."""

    def __init__(self, **options):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"], **options)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known."""

    def __init__(self, **options):
        options.setdefault("required", False)
        super().__init__(
            choices=[("", _("Not known")), ("1", _("Yes")), ("0", _("No"))],
            coerce=lambda value: value == "1",
            empty_value=None,
            **options,
        )

    def prepare_value(self, value):
        return {True: "1", False: "0"}.get(value, value)


class NikField(forms.CharField):
    """16 digits; spaces and dots are accepted; empty is allowed and shows as a gap.

    `kept`: the number there is. It is shown masked, for reading it whole takes a reason and a record; the mask sent
    back leaves it as it is.
    """

    def __init__(self, *, kept: str = "", **options):
        self.kept = kept
        super().__init__(label="NIK", required=False, widget=forms.TextInput(attrs=NUMBER), **options)
        if kept:
            self.help_text = _("Leave the dots to keep the number. To correct it, write all 16 digits.")

    def prepare_value(self, value):
        return mask(self.kept) if self.kept and value == self.kept else value

    def clean(self, value):
        if self.kept and (value or "").strip() == mask(self.kept):
            return self.kept
        return clean_nik(super().clean(value))


class KkField(forms.CharField):
    """A family card number of 16 digits, or empty."""

    def __init__(self, **options):
        options.setdefault("label", _("family card number (KK)"))
        super().__init__(required=False, widget=forms.TextInput(attrs=NUMBER), **options)

    def clean(self, value):
        return clean_kk(super().clean(value))


class RtRwField(forms.CharField):
    """RT or RW: up to three digits, kept with leading zeros."""

    def __init__(self, **options):
        super().__init__(
            required=False, max_length=3, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **options
        )

    def clean(self, value):
        value = super().clean(value)
        if value and not (value.isascii() and value.isdigit()):
            raise ValidationError(_("Write RT and RW as numbers."))
        return value.zfill(3) if value else ""


def village_field(user) -> forms.ModelChoiceField:
    """Kelurahan in which `user` may change households; one only is chosen beforehand."""
    prefixes = access(user).region_prefixes(Perm.CHANGE_HOUSEHOLDS)
    villages = Region.objects.none()
    for code in prefixes:
        villages = villages | Region.objects.villages().in_area(code)
    field = forms.ModelChoiceField(villages.order_by("name"), label=_("kelurahan"))
    field.empty_label = None if len(prefixes) == 1 and villages.count() == 1 else field.empty_label
    return field


def coded_field(labels: Labels, name: str, label) -> forms.TypedChoiceField:
    """A select over the answers of a coded field; empty = not asked."""
    return forms.TypedChoiceField(
        choices=[("", _("Not known")), *labels.choices(name)], coerce=int, empty_value=None, required=False, label=label
    )


class PlainForm(forms.Form):
    """Labels come from the models, where they stand in lower case; people read them as the start of a line."""

    def __getitem__(self, name):
        field = self.fields[name]
        field.label = capfirst(str(field.label or ""))
        return super().__getitem__(name)


class ReasonForm(PlainForm):
    """What every change of a record may carry: why."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def section_values(self, names) -> dict:
        """Cleaned values of the fields of a section."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class HouseholdSectionForm(ReasonForm):
    """One section of a household: address, housing, assets or the last visit."""

    def __init__(self, *args, user, section: str, household: Household, **kwargs):
        initial = {name: getattr(household, name) for name in HOUSEHOLD_SECTIONS[section]} | {
            "version": household.version
        }
        if section == "assets":
            initial |= {f"asset_{key}": household.assets.get(key) for key in ASSETS}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.section, self.household = section, household
        getattr(self, f"_add_{section}")(user)

    def _label(self, name):
        return Household._meta.get_field(name).verbose_name

    def _add_address(self, user):
        self.fields["region"] = village_field(user)
        self.initial["region"] = self.household.region_id
        self.fields["rw"] = RtRwField(label="RW")
        self.fields["rt"] = RtRwField(label="RT")
        self.fields["address"] = forms.CharField(label=self._label("address"), max_length=250, required=False)
        for name in ("lat", "lng"):
            self.fields[name] = forms.DecimalField(
                label=self._label(name), max_digits=9, decimal_places=6, required=False, localize=False
            )

    def _add_housing(self, _user):
        labels = Labels(*HOUSING_CODES)
        for name in HOUSING_CODES:
            self.fields[name] = coded_field(labels, name, self._label(name))
        self.fields["floor_area"] = forms.IntegerField(
            label=self._label("floor_area"), min_value=1, max_value=2000, required=False
        )
        self.fields["pln_id"] = forms.CharField(label=self._label("pln_id"), max_length=20, required=False)

    def _add_assets(self, _user):
        for key, label in ASSETS.items():
            self.fields[f"asset_{key}"] = forms.IntegerField(label=label, min_value=0, max_value=1000, required=False)

    def _add_visit(self, _user):
        self.fields["verified_at"] = DateField(label=self._label("verified_at"))

    def clean_verified_at(self):
        day = self.cleaned_data["verified_at"]
        if day > timezone.localdate():
            raise ValidationError(_("This date lies in the future. Write the day it happened."))
        return day

    def values(self) -> dict:
        """Field → value for `edit_household`."""
        if self.section == "assets":
            given = {key: self.cleaned_data.get(f"asset_{key}") for key in ASSETS}
            kept = {k: v for k, v in self.household.assets.items() if k not in ASSETS}
            return {"assets": kept | {key: value for key, value in given.items() if value is not None}}
        return self.section_values(HOUSEHOLD_SECTIONS[self.section])


class MemberForm(ReasonForm):
    """One or several sections of a member; warns when birth date or sex differ from the NIK and asks for a reason."""

    def __init__(self, *args, user, sections, member: Member | None = None, head: bool = False, **kwargs):
        self.sections, self.member, self.head = sections, member, head
        names = [name for section in sections for name in MEMBER_SECTIONS[section]]
        initial = {name: getattr(member, name) for name in names} if member else {}
        if member:
            initial["version"] = member.version
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        labels = Labels(*MEMBER_CODES, "disability", "chronic_illness", "social_security")
        for name in names:
            self.fields[name] = self._field(name, labels)
        if head or (member and member.relation == HEAD):
            self.fields.pop("relation", None)
        elif "relation" in self.fields:
            self.fields["relation"].choices = [c for c in self.fields["relation"].choices if c[0] != HEAD]
        if "identity" in sections:
            self.fields["confirm"] = forms.BooleanField(
                label=_("The data on the card are like this"), required=False, widget=forms.HiddenInput
            )
            self.fields["confirm_reason"] = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
        self.warnings: list[str] = []

    def _field(self, name, labels):
        model_field = Member._meta.get_field(name)
        label = model_field.verbose_name
        match name:
            case "nik":
                return NikField(kept=(self.member.nik or "") if self.member else "")
            case "name":
                return forms.CharField(label=label, max_length=150)
            case "sex":
                return forms.ChoiceField(label=label, choices=[("", _("Not known")), *Sex.choices], required=False)
            case "birth_date":
                return DateField(label=label, required=False)
            case "works" | "has_business" | "pregnant":
                return YesNoField(label=label)
            case "disability" | "chronic_illness" | "social_security":
                return forms.TypedMultipleChoiceField(
                    label=label,
                    choices=labels.choices(name),
                    coerce=int,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
        if name in MEMBER_CODES:
            return coded_field(labels, name, label)
        return forms.CharField(label=label, max_length=model_field.max_length, required=False)

    def clean_birth_date(self):
        day = self.cleaned_data["birth_date"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This date lies in the future. Check the family card."))
        return day

    def clean(self):
        values = super().clean()
        if "identity" not in self.sections or self.errors:
            return values
        self.warnings = identity_warnings(
            nik=values.get("nik"), birth_date=values.get("birth_date"), sex=values.get("sex", "")
        )
        if self.warnings and not (values.get("confirm") and values.get("confirm_reason", "").strip()):
            # Shown only now: a warning lets the person go on with a tick and a reason.
            self.fields["confirm"].widget = forms.CheckboxInput()
            self.fields["confirm_reason"].widget = forms.TextInput()
            self.fields["confirm_reason"].label = _("Why they differ")
            raise ValidationError([*self.warnings, _("Correct the entry, or tick below and write why they differ.")])
        return values

    @property
    def reason(self) -> str:
        """The reason given for going on in spite of a warning."""
        return self.cleaned_data.get("confirm_reason", "") if self.cleaned_data.get("confirm") else ""

    def values(self, section: str | None = None) -> dict:
        """Field → value for the actions, of one section or all."""
        sections = [section] if section else self.sections
        return self.section_values([name for s in sections for name in MEMBER_SECTIONS[s]])


class HouseholdCreateForm(PlainForm):
    """The card and address of a new household; its head comes from a MemberForm beside it."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kk"] = KkField()
        self.fields["region"] = village_field(user)
        self.fields["rw"] = RtRwField(label="RW")
        self.fields["rt"] = RtRwField(label="RT")
        self.fields["address"] = forms.CharField(label=_("address"), max_length=250, required=False)


class StatusForm(ReasonForm):
    """A new status of a household with reason and date."""

    status = forms.ChoiceField(
        label=_("status"), choices=[c for c in HouseholdStatus.choices if c[0] != HouseholdStatus.DUPLICATE]
    )
    reason = forms.CharField(label=_("reason"), max_length=250)
    date = DateField(label=_("since"))


class KkForm(ReasonForm):
    """Another family card number."""

    kk = KkField()
    date = DateField(label=_("since"))
    reason = forms.CharField(label=_("reason"), max_length=250)


class HeadForm(PlainForm):
    """Another head; the old one gets another relation."""

    def __init__(self, *args, household: Household, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["head"] = forms.ModelChoiceField(
            household.members.active().exclude(relation=HEAD).order_by("birth_date", "pk"), label=_("New head")
        )
        relations = [c for c in Labels("relation").choices("relation") if c[0] != HEAD]
        self.fields["old_relation"] = forms.TypedChoiceField(
            label=_("Relation of the old head to the new one"), choices=relations, coerce=int
        )
        self.fields["date"] = DateField(label=_("since"))
        self.fields["reason"] = forms.CharField(label=_("reason"), max_length=250)


def new_head_field(household: Household, leaving) -> forms.ModelChoiceField:
    """Who becomes the head when the head leaves; optional, the action says when it is needed."""
    staying = household.members.active().exclude(pk__in=[m.pk for m in leaving]).order_by("birth_date", "pk")
    return forms.ModelChoiceField(
        staying, label=_("New head of those who stay"), required=False, help_text=_("Only when the head leaves.")
    )


class EndMemberForm(ReasonForm):
    """A person died, left or was not found."""

    status = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            (MemberStatus.DECEASED, _("Died")),
            (MemberStatus.MOVED, _("Left the city")),
            (MemberStatus.NOT_FOUND, _("Not found")),
        ],
    )
    date = DateField(label=_("since"))
    reason = forms.CharField(label=_("reason"), max_length=250)

    def __init__(self, *args, member: Member, **kwargs):
        super().__init__(*args, initial={"version": member.version} | kwargs.pop("initial", {}), **kwargs)
        if member.relation == HEAD:
            self.fields["new_head"] = new_head_field(member.household, [member])


class MoveMemberForm(ReasonForm):
    """A person moves to another household, named by its family card number."""

    kk = KkField(label=_("Family card number (KK) of the household they move to"))
    date = DateField(label=_("since"))
    reason = forms.CharField(label=_("reason"), max_length=250)

    def __init__(self, *args, user, member: Member, **kwargs):
        super().__init__(*args, initial={"version": member.version} | kwargs.pop("initial", {}), **kwargs)
        self.user = user
        relations = Labels("relation").choices("relation")
        self.fields["relation"] = forms.TypedChoiceField(
            label=_("Relation to the head there"), choices=relations, coerce=int
        )
        if member.relation == HEAD:
            self.fields["new_head"] = new_head_field(member.household, [member])
        self.order_fields(["kk", "relation", "date", "reason", "new_head", "version"])

    def clean_kk(self):
        """The household itself; only households the person may see can be named."""
        kk = self.cleaned_data["kk"]
        if not kk:
            raise ValidationError(_("Write the family card number of the other household."))
        household = Household.objects.visible_to(self.user).filter(kk=kk).first()
        if household is None:
            raise ValidationError(_("No household with this number in your area. Record it first."))
        return household


class SplitForm(PlainForm):
    """Some people get a family card of their own."""

    def __init__(self, *args, user, household: Household, **kwargs):
        super().__init__(*args, **kwargs)
        people = household.members.active().order_by("birth_date", "pk")
        self.fields["members"] = forms.ModelMultipleChoiceField(
            people, label=_("Who splits off"), widget=forms.CheckboxSelectMultiple
        )
        self.fields["head"] = forms.ModelChoiceField(people, label=_("Head of the new household"))
        relations = [c for c in Labels("relation").choices("relation") if c[0] != HEAD]
        for person in people:
            self.fields[f"relation_{person.pk}"] = forms.TypedChoiceField(
                label=_("Relation of %(name)s to the new head") % {"name": person.name},
                choices=[("", _("Not known")), *relations],
                coerce=int,
                empty_value=None,
                required=False,
            )
        self.fields["kk"] = KkField(label=_("New family card number (KK)"))
        self.fields["region"] = village_field(user)
        self.fields["region"].initial = household.region_id
        self.fields["rw"] = RtRwField(label="RW")
        self.fields["rt"] = RtRwField(label="RT")
        self.fields["rw"].initial, self.fields["rt"].initial = household.rw, household.rt
        self.fields["address"] = forms.CharField(
            label=_("address"), max_length=250, required=False, initial=household.address
        )
        self.fields["date"] = DateField(label=_("since"))
        self.fields["reason"] = forms.CharField(label=_("reason"), max_length=250)
        self.fields["new_head"] = new_head_field(household, [])

    def relations(self) -> dict[int, int | None]:
        """Member id → relation code in the new household."""
        return {m.pk: self.cleaned_data[f"relation_{m.pk}"] for m in self.cleaned_data["members"]}


class NoteForm(PlainForm):
    """A remark."""

    text = forms.CharField(label=_("note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), strip=True)


class TransferForm(PlainForm):
    """Ask for a person who is registered outside one's area."""

    nik = NikField()
    note = forms.CharField(label=_("note"), max_length=300)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"] = village_field(user)

    def clean_nik(self):
        if not self.cleaned_data["nik"]:
            raise ValidationError(_("Write the NIK from the identity card."))
        return self.cleaned_data["nik"]


class TransferAnswerForm(PlainForm):
    """Accept or refuse a transfer."""

    accept = forms.TypedChoiceField(
        label=_("Answer"),
        choices=[("1", _("The person moves")), ("0", _("Refuse"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("reason"), max_length=300, required=False)

    def __init__(self, *args, user, transfer, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.transfer = user, transfer
        if transfer.to_household_id is None:
            self.fields["kk"] = KkField(label=_("Family card number (KK) of the household they move to"))
        relations = Labels("relation").choices("relation")
        self.fields["relation"] = forms.TypedChoiceField(
            label=_("Relation to the head there"), choices=relations, coerce=int, required=False, empty_value=None
        )
        if transfer.member.relation == HEAD:
            self.fields["new_head"] = new_head_field(transfer.member.household, [transfer.member])

    def clean_kk(self):
        kk = self.cleaned_data["kk"]
        household = Household.objects.visible_to(self.user).filter(kk=kk).first() if kk else None
        if kk and household is None:
            raise ValidationError(_("No household with this number in your area. Record it first."))
        return household
