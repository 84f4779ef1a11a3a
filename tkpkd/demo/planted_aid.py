"""What the planted families got, as told by themselves: `(log, family, year)`, `year` being this year."""

from __future__ import annotations

import datetime as dt

from tkpkd.demo.people import Family


def yusmaini(log, family: Family, year: int) -> None:
    """Served until last year, nothing delivered now, one proposal on its way."""
    log.add("pkh", year - 2, family=family, desil=2)
    log.add(
        "pkh",
        year - 1,
        family=family,
        desil=2,
        status="stopped",
        reason="NIK pengurus tidak padan dengan data kependudukan",
    )
    log.add("sembako", year - 2, family=family, desil=2)
    log.add("sembako", year - 1, family=family, desil=2)
    for back in (2, 1):
        for child in family.people[2:4]:
            log.add("pip", year - back, family=family, person=child, desil=2)
    log.add("pbi", year - 1, family=family, person=family.people[0], desil=2)
    log.add("zakat", year - 2, family=family, desil=2)
    log.add(
        "rtlh",
        year,
        family=family,
        desil=1,
        status="proposed",
        proposed=max(dt.date(year, 1, 1), log.today - dt.timedelta(days=74)),
        proposer=log.actors.village(family.region),
        note="Diusulkan setelah verifikasi lapangan",
    )


def two_sponsors(log, family: Family, year: int) -> None:
    """Material by one agency, wages by another: one house."""
    house = f"rumah-{year}-{family.uuid[:8]}"
    log.add("rtlh", year, family=family, desil=1, benefit_key=house)
    log.add("zakat_house", year, family=family, desil=1, benefit_key=house)


def house_and_food(log, family: Family, year: int) -> None:
    """Two kinds of aid, no overlap."""
    log.add("rtlh", year, family=family, desil=2)
    for back in (2, 1, 0):
        log.add("sembako", year - back, family=family, desil=2)


def outside_target(log, family: Family, year: int) -> None:
    """A house mended although the desil lies outside the target."""
    log.add(
        "rtlh", year, family=family, desil=6, override="Rumah rusak berat akibat banjir, diusulkan musyawarah kelurahan"
    )


def approved(desil: int):
    """For a family of this desil: approved, not delivered yet."""

    def tell(log, family: Family, year: int) -> None:
        log.add("rtlh", year, family=family, desil=desil, status="approved", note="Menunggu bahan bangunan")
        log.add("sembako", year, family=family, desil=desil)

    return tell


def dead_head(log, family: Family, year: int) -> None:
    """Food and insurance went on after the head had died."""
    for back in (2, 1, 0):
        log.add("sembako", year - back, family=family, desil=1)
    log.add("pbi", year, family=family, person=family.people[0], desil=1)
    log.add("pbi", year, family=family, person=family.people[1], desil=1)


def twice(log, family: Family, year: int) -> None:
    """Cash from two programmes of one kind."""
    for back in (2, 1, 0):
        log.add("pkh", year - back, family=family, desil=1)
    log.add("blt", year, family=family, desil=1, override="Diusulkan musyawarah kelurahan")
    log.add("zakat", year - 1, family=family, desil=1)


def graduated(log, family: Family, year: int) -> None:
    """Aid of former years only."""
    log.add("pkh", year - 2, family=family, desil=3)
    log.add("pkh", year - 1, family=family, desil=3, status="stopped", reason="Graduasi mandiri")
    log.add("zakat_capital", year - 2, family=family, desil=3)


def corrected(log, family: Family, year: int) -> None:
    """A void row, a returned and a rejected proposal."""
    log.add("sembako", year, family=family, desil=2)
    log.add("blt", year, family=family, desil=2, status="void", reason="Terinput dua kali")
    log.add("toilet", year, family=family, desil=2, status="returned", reason="Foto rumah belum dilampirkan")
    log.add("toilet", year - 1, family=family, desil=2, status="rejected", reason="Berkas tidak lengkap")
