"""The same sheet of families brought in by django-import-export, as a careful user of it would write the import.

Kind to it: the sheet is clean and its headers are known beforehand, nothing is compared with what is there, and neither
a preview (`dry_run`) nor Django's validation of each row (`clean_model_instances`) is asked for, though our side checks
and previews before it writes.
"""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX
from import_export.instance_loaders import CachedInstanceLoader

from core.models import Region
from households import derived
from households.models import Code, Household, HouseholdNumber, Member, Membership

_HOUSE = {
    "ownership": "Status Bangunan",
    "floor": "Jenis Lantai",
    "wall": "Jenis Dinding",
    "roof": "Jenis Atap",
    "water": "Sumber Air Minum",
    "toilet": "Fasilitas BAB",
}


class Words(widgets.Widget):
    """Turns the word of a cell into what is stored."""

    def __init__(self, values: dict[str, object]):
        super().__init__()
        self.values = values

    def clean(self, value, row=None, **kwargs):
        """The stored value of a word; an unknown word is an error of the row."""
        return self.values[value.casefold()]


class Coded(Words):
    """Turns an answer into its code; the answers are read once."""

    def __init__(self, field: str):
        super().__init__({})
        self.field = field

    def clean(self, value, row=None, **kwargs):
        """The code of an answer."""
        if not self.values:
            for code in Code.objects.filter(field=self.field):
                self.values |= {word.casefold(): code.code for word in (code.label, *code.synonyms)}
        return super().clean(value, row, **kwargs)


class PeopleResource(resources.ModelResource):
    """One row a person, its household found or made by the KK; every option as the library has it by default."""

    nik = fields.Field("nik", "NIK")
    name = fields.Field("name", "Nama Lengkap")
    sex = fields.Field("sex", "Jenis Kelamin", Words({"l": "M", "p": "F"}))
    birth_place = fields.Field("birth_place", "Tempat Lahir")
    birth_date = fields.Field("birth_date", "Tanggal Lahir", widgets.DateWidget())
    relation = fields.Field("relation", "Hubungan Keluarga", Coded("relation"))
    marital = fields.Field("marital", "Status Kawin", Coded("marital"))
    occupation = fields.Field("occupation", "Pekerjaan")

    class Meta:
        """What the library is told."""

        model = Member
        import_id_fields = ("nik",)
        fields = ("nik", "name", "sex", "birth_place", "birth_date", "relation", "marital", "occupation")

    def __init__(self):
        super().__init__()
        self.today = timezone.localdate()
        self.known: dict[str, Household] = {}
        self.new: list[Member] = []
        self.villages = {region.name: region.pk for region in Region.objects.villages()}
        self.answers = {name: Coded(name) for name in _HOUSE}

    def household_of(self, row) -> Household:
        """The household of a row as it will be stored."""
        return Household(
            kk=row["No KK"],
            region_id=self.villages[row["Kelurahan"]],
            address=row["Alamat"],
            rt=row["RT"],
            rw=row["RW"],
            desil=row["Desil"],
            work_order=row["Desil"],
            desil_source="local",
            desil_date=self.today,
            data_date=self.today,
            **{name: widget.clean(row[_HOUSE[name]]) for name, widget in self.answers.items()},
        )

    def after_init_instance(self, instance, new, row, **kwargs):
        """Put the person into the household of the row."""
        household = self.known.get(row["No KK"]) or Household.objects.filter(kk=row["No KK"]).first()
        if household is None:
            household = self.household_of(row)
            household.save()
            HouseholdNumber.objects.create(household=household, kk=household.kk, valid_from=self.today)
        self.known[household.kk] = instance.household = household
        if new:
            instance.data_date = self.today
            self.new.append(instance)

    def before_save_instance(self, instance, row, **kwargs):
        """Keep the name in the form that lists sort by."""
        instance.name_sort = instance.name.lower()

    def after_import(self, dataset, result, **kwargs):
        """Memberships of new people and what households derive from them, set by set."""
        Membership.objects.bulk_create(
            [
                Membership(member=member, household=member.household, valid_from=self.today, reason="import")
                for member in self.new
            ],
            batch_size=1000,
        )
        derived.refresh([household.pk for household in self.known.values()])
        super().after_import(dataset, result, **kwargs)


class BulkPeopleResource(PeopleResource):
    """The same with what the library offers for speed: writes in bulk, people looked up at once, no differences."""

    class Meta(PeopleResource.Meta):
        """What the library is told."""

        use_bulk = True
        batch_size = 1000
        skip_diff = True
        instance_loader_class = CachedInstanceLoader

    def before_import(self, dataset, **kwargs):
        """Make all new households first."""
        rows = {row["No KK"]: row for row in reversed(dataset.dict)}
        self.known = {household.kk: household for household in Household.objects.filter(kk__in=rows)}
        new = [self.household_of(row) for kk, row in rows.items() if kk not in self.known]
        for household in Household.objects.bulk_create(new, batch_size=1000):
            self.known[household.kk] = household
        HouseholdNumber.objects.bulk_create(
            [HouseholdNumber(household=each, kk=each.kk, valid_from=self.today) for each in new], batch_size=1000
        )
        super().before_import(dataset, **kwargs)


def load(path: Path, resource: type[PeopleResource]) -> int:
    """Import a sheet; how many people are new. The whole file is one transaction, as in ours."""
    dataset = XLSX().create_dataset(path.read_bytes())
    result = resource().import_data(dataset, dry_run=False, raise_errors=True, use_transactions=True)
    return result.totals["new"]
