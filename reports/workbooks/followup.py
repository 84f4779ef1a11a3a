"""The follow-up matrix: action items of the meetings, as the form that is read out at the next one."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.models.regions import area_q
from core.sheets import ReportSheet
from meetings import matrix
from meetings.models import ActionItem
from reports.workbooks.asking import ReportRequest, paper
from reports.workbooks.names import ReportKind, register


def items_of(request: ReportRequest) -> QuerySet:
    """Items due in the period or still unfinished from before it, in the area asked for; drafts left out."""
    first, last = request.period.first, request.period.last
    rows = ActionItem.objects.all() if request.user is None else ActionItem.objects.visible_to(request.user)
    rows = rows.exclude(state="draft").filter(
        Q(due__range=(first, last)) | Q(due__lt=first, state__in=["open", "proposed"])
    )
    if request.prefix:
        rows = rows.filter(area_q("region_id", [request.prefix]) | area_q("area_id", [request.prefix]))
    return rows.select_related("agency", "region", "owner", "meeting", "decision", "program_year__program").order_by(
        "due", "pk"
    )


def count(request: ReportRequest) -> int:
    """Number of action items."""
    return items_of(request).count()


def build(request: ReportRequest) -> list[ReportSheet]:
    """One sheet in the columns of the form."""
    return [
        ReportSheet(
            name=_("Follow-up"),
            title=_("Follow-up matrix"),
            subtitles=[request.period.label, str(request.region or "")],
            columns=matrix.columns(),
            rows=matrix.rows(items_of(request)[: matrix.MOST_ROWS], whole=request.names),
            column_numbers=True,
            frozen=3,
            **paper(request),
        )
    ]


register(
    ReportKind(
        name="tindak-lanjut",
        label=_("Follow-up matrix"),
        about=_("What meetings decided: who does it, by when, how far it is, and what stands in the way."),
        icon="check2-square",
        lists_names=False,
        count=count,
        build=build,
    )
)
