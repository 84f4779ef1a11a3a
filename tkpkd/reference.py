"""Bring the facts of `*/reference.py` into the database: only what is missing, so that a city's own changes stay."""

from __future__ import annotations

import dataclasses
import uuid

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Model

from core import reference as core_facts
from core.history import history
from core.models import Agency, AgencySuccession, CitySettings, Region, RegionAlias
from households import reference as household_facts
from households.models import Code
from programs import reference as program_facts
from programs.models import (
    AllowedPair,
    BenefitKind,
    EligibilityRule,
    Program,
    ProgramClassification,
    Scheme,
    SchemeItem,
    SchemeMapping,
)
from reports.indicators import reference as report_facts
from reports.indicators.models import Indicator

# Public ids of what we ship are the same everywhere, so that a link in a manual or a demo keeps working.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://tkpkd.example/reference")


def load() -> dict[str, int]:
    """Add what is missing; safe to repeat.

    Returns:
        Table in words → rows added.

    Raises:
        CommandError: the regions of another home city are not loaded yet.
    """
    with history(by=None, action="reference.load"):
        added = {"regions": _regions()}
        home = Region.objects.filter(pk=settings.HOME_REGION).first()
        if home is None:
            raise CommandError(
                f"The region {settings.HOME_REGION} is not known: load it and what lies below it first "
                "(manage.py load_regions FILE.csv)."
            )
        solok = home.pk == core_facts.HOME
        added["region spellings"] = _aliases() if solok else 0
        agencies, added["agencies"] = _agencies(solok)
        added["settings"] = _settings(home, solok)
        added["answer codes"] = _codes()
        added["classes"] = _schemes()
        added["kinds of benefit"] = _add_missing(
            BenefitKind,
            [BenefitKind(code=c, name=n, icon=i) for c, (n, i) in program_facts.BENEFIT_KINDS.items()],
            ("code",),
        )
        added["programmes"] = _programs(agencies)
        added["indicators"] = _add_missing(
            Indicator,
            [Indicator(order=n, **dataclasses.asdict(fact)) for n, fact in enumerate(report_facts.INDICATORS, 1)],
            ("code",),
        )
    return added


def _add_missing(model: type[Model], rows: list[Model], key: tuple[str, ...]) -> int:
    """Insert the rows whose key fields no row has; returns how many."""
    known = set(model.objects.values_list(*key))
    new = [row for row in rows if tuple(getattr(row, name) for name in key) not in known]
    model.objects.bulk_create(new)
    return len(new)


def _regions() -> int:
    if settings.HOME_REGION != core_facts.HOME:
        return 0
    rows = [
        Region(
            code=r.code,
            name=r.name,
            level=r.level,
            parent_id=r.parent or None,
            bps_code=r.bps_code,
            lat=r.lat,
            lng=r.lng,
        )
        for r in core_facts.REGIONS
    ]
    added = _add_missing(Region, rows, ("code",))
    # `load_regions` knows neither BPS codes nor centres: fill them in where they are empty.
    bare = {r.pk: r for r in Region.objects.filter(bps_code="", pk__in=[r.code for r in core_facts.REGIONS])}
    for fact in rows:
        if fact.code in bare:
            row = bare[fact.code]
            row.bps_code = fact.bps_code
            row.lat, row.lng = (row.lat, row.lng) if row.lat is not None else (fact.lat, fact.lng)
    Region.objects.bulk_update(bare.values(), ["bps_code", "lat", "lng"])
    return added


def _aliases() -> int:
    rows = [RegionAlias(region_id=r.code, alias=alias) for r in core_facts.REGIONS for alias in r.aliases]
    return _add_missing(RegionAlias, rows, ("region_id", "alias"))


def _agency_facts(solok: bool) -> tuple[core_facts.AgencyFact, ...]:
    return core_facts.SOLOK_AGENCIES if solok else core_facts.OTHER_AGENCIES


def agencies_by_key() -> dict[str, Agency]:
    """The reference agencies that the database holds, by their key; one that the city renamed is found too."""
    known = list(Agency.objects.all())
    found = {}
    for fact in _agency_facts(settings.HOME_REGION == core_facts.HOME):
        agency = next((a for a in known if a.name == fact.name), None) or next(
            (a for a in known if a.short_name == fact.short_name), None
        )
        if agency is not None:
            found[fact.key] = agency
    return found


def _agencies(solok: bool) -> tuple[dict[str, Agency], int]:
    """Agencies by their key, and how many were added."""
    by_key, new = agencies_by_key(), 0
    for fact in _agency_facts(solok):
        if fact.key not in by_key:
            agency = Agency(
                uuid=uuid.uuid5(_NAMESPACE, f"agency:{fact.key}"),
                name=fact.name,
                short_name=fact.short_name,
                kind=fact.kind,
                valid_from=fact.valid_from,
                valid_to=fact.valid_to,
            )
            Agency.objects.bulk_create([agency])
            new += 1
            by_key[fact.key] = agency
    if solok:
        rows = [
            AgencySuccession(
                old=by_key[old],
                new=by_key[new_key],
                date=core_facts.SUCCESSION_DATE,
                legal_basis=core_facts.MERGER_BASIS,
            )
            for old, new_key in core_facts.SOLOK_SUCCESSIONS
        ]
        _add_missing(AgencySuccession, rows, ("old_id", "new_id"))
    return by_key, new


def _settings(home: Region, solok: bool) -> int:
    letterhead = core_facts.LETTERHEAD if solok else {"government_name": f"Pemerintah {home.name}"}
    row = CitySettings(home_region=home, labels={"desil": core_facts.DESIL_LABELS}, **letterhead)
    return _add_missing(CitySettings, [row], ("id",))


def _codes() -> int:
    rows = [
        Code(field=field, code=a.code, label=a.label, synonyms=list(a.synonyms), unfit=a.unfit, order=order)
        for field, answers in household_facts.CODES.items()
        for order, a in enumerate(answers, 1)
    ]
    return _add_missing(Code, rows, ("field", "code"))


def _schemes() -> int:
    schemes = [
        Scheme(code=code, name=name, legal_basis=basis) for code, (name, basis, _items) in program_facts.SCHEMES.items()
    ]
    _add_missing(Scheme, schemes, ("code",))
    items = [
        SchemeItem(scheme_id=scheme, code=code, name=name, order=order)
        for scheme, (_name, _basis, rows) in program_facts.SCHEMES.items()
        for order, (code, name) in enumerate(rows, 1)
    ]
    added = _add_missing(SchemeItem, items, ("scheme_id", "code"))
    by_code = _items()
    mappings = [SchemeMapping(source=by_code[s], target=by_code[t]) for s, t in program_facts.MAPPINGS]
    _add_missing(SchemeMapping, mappings, ("source_id", "target_id"))
    return added


def _items() -> dict[tuple[str, str], SchemeItem]:
    return {(item.scheme_id, item.code): item for item in SchemeItem.objects.all()}


def programs_by_key() -> dict[str, Program]:
    """The reference programmes that the database holds, by their key; one that the city renamed is found too."""
    known = list(Program.objects.select_related("owner"))
    found = {}
    for fact in program_facts.PROGRAMS:
        program = next((p for p in known if p.name == fact.name), None) or next(
            (p for p in known if p.short_name == fact.short_name), None
        )
        if program is not None:
            found[fact.key] = program
    return found


def _with_uuids(rule, programs: dict[str, Program]):
    """The rule with uuids where it names programmes by their keys."""
    if isinstance(rule, list):
        return [_with_uuids(part, programs) for part in rule]
    if not isinstance(rule, dict):
        return rule
    changed = {name: _with_uuids(part, programs) for name, part in rule.items()}
    if "programs" in changed:
        changed["programs"] = [str(programs[key].uuid) for key in rule["programs"]]
    return changed


def _programs(agencies: dict[str, Agency]) -> int:
    items, present = _items(), programs_by_key()
    new = [fact for fact in program_facts.PROGRAMS if fact.key not in present]
    for fact in new:
        program = Program(
            uuid=uuid.uuid5(_NAMESPACE, f"program:{fact.key}"),
            name=fact.name,
            short_name=fact.short_name,
            owner=agencies[fact.owner],
            cluster=items["cluster", fact.cluster],
            strategy=items["strategy", fact.strategy],
            benefit_unit=fact.unit,
            benefit_kind_id=fact.kind,
            description=fact.description,
            legal_basis=fact.basis,
            four_eyes=fact.four_eyes,
            decided_elsewhere=fact.elsewhere,
            aliases=list(fact.aliases),
        )
        Program.objects.bulk_create([program])
        present[fact.key] = program
    for fact in new:
        program = present[fact.key]
        EligibilityRule.objects.bulk_create(
            EligibilityRule(
                program=program,
                rule=_with_uuids(r.rule, present),
                year_from=r.since,
                year_to=r.until,
                legal_basis=r.basis or fact.basis,
            )
            for r in fact.rules
        )
        if fact.extreme:
            ProgramClassification.objects.bulk_create(
                [ProgramClassification(program=program, item=items["extreme", fact.extreme])]
            )
    pairs = [AllowedPair(first=present[a], second=present[b]) for a, b in program_facts.ALLOWED_PAIRS]
    _add_missing(AllowedPair, pairs, ("first_id", "second_id"))
    return len(new)
