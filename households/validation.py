"""Rules of NIK and KK as forms and actions ask them; imports ask the same questions in SQL (domain.md section 4)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import nik as niks
from core.parsed import describe
from households.models import Household, Member

NIK_KNOWN = _("This NIK is already registered in the household of %(name)s.")
NIK_ELSEWHERE = _("This NIK is already registered elsewhere. Ask for a transfer.")
KK_KNOWN = _("This family card number is already registered for the household of %(name)s.")
KK_ELSEWHERE = _("This family card number is already registered elsewhere. Ask the secretariat.")


def clean_nik(text: str) -> str | None:
    """The NIK of a typed field as 16 digits, None when empty or a placeholder.

    Raises ValidationError that says what is wrong and what to do.
    """
    return _clean(niks.parse_nik(text or ""))


def clean_kk(text: str) -> str | None:
    """The family card number of a typed field as 16 digits, None when empty or a placeholder.

    Raises ValidationError that says what is wrong and what to do.
    """
    return _clean(niks.parse_kk(text or ""))


def _clean(parsed) -> str | None:
    if parsed.error:
        text, todo = describe(parsed.error, parsed.params, niks.MESSAGES)
        raise ValidationError(f"{text} {todo}".strip(), code=parsed.error)
    return parsed.value or None


def check_nik_free(nik: str | None, *, by, besides: Member | None = None) -> None:
    """Raise ValidationError when another person holds `nik`.

    Names the household only to who may see it; else says only "elsewhere" (code `elsewhere`).
    """
    if not nik:
        return
    others = Member.objects.filter(nik=nik, merged_into__isnull=True)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    other = others.select_related("household").first()
    if other is None:
        return
    if by is None or Member.objects.visible_to(by).filter(pk=other.pk).exists():
        raise ValidationError({"nik": ValidationError(NIK_KNOWN, code="known", params={"name": other.household})})
    raise ValidationError({"nik": ValidationError(NIK_ELSEWHERE, code="elsewhere")})


def check_kk_free(kk: str | None, *, by, besides: Household | None = None) -> None:
    """Raise ValidationError when another household holds `kk`; names it only to who may see it."""
    if not kk:
        return
    others = Household.objects.filter(kk=kk, merged_into__isnull=True)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    other = others.first()
    if other is None:
        return
    if by is None or Household.objects.visible_to(by).filter(pk=other.pk).exists():
        raise ValidationError({"kk": ValidationError(KK_KNOWN, code="known", params={"name": other})})
    raise ValidationError({"kk": ValidationError(KK_ELSEWHERE, code="elsewhere")})


def check_kk_is_no_nik(kk: str | None, niks_of_members) -> None:
    """Raise ValidationError when the family card number is the NIK of a member."""
    if kk and kk in set(niks_of_members):
        raise ValidationError(
            {
                "kk": ValidationError(
                    _("The KK equals the NIK of a member. Copy the KK from the card."), code="kk_is_nik"
                )
            }
        )


def identity_warnings(*, nik: str | None, birth_date: dt.date | None, sex: str) -> list[str]:
    """What looks odd but may be true (the registry itself has such cases), as texts; empty when nothing does."""
    if not nik:
        return []
    return [str(describe(code, {}, niks.MESSAGES)[0]) for code in niks.check_against(nik, birth_date, sex)]
