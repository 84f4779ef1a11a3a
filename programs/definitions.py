"""The figures in words: what each counts, its unit, its source and what it leaves out. Shown as a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Definition:
    """One figure. `key`: anchor on the page; `function`: where it is counted."""

    key: str
    label: Any
    formula: Any
    unit: Any
    source: Any
    leaves_out: Any
    function: str


_LOG = _("Assistance log: deliveries that are not void, by the day of the delivery.")
_RULES = _("Rule of the programme in that year, judged on the household data of today.")

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "target",
        _("Target group"),
        _(
            "Active households that certainly meet the rule of the programme in that year; of several programmes: the"
            " rule of at least one of them. For all programmes together: active households of desil 1–4."
        ),
        _("households"),
        _RULES,
        _("Households without a desil, and those of which a needed answer is missing."),
        "targeting.fitting",
    ),
    Definition(
        "reached",
        _("Reached"),
        _("Households of the target group that got something in the period, whatever became of it later."),
        _("households"),
        _LOG,
        _("Aid that is only planned or approved; works on areas. Aid of a person counts where the person lives today."),
        "targeting.whole",
    ),
    Definition(
        "coverage",
        _("Coverage"),
        _("Reached ÷ target group."),
        _("percent"),
        _LOG,
        _("Lists of recipients that have not come in: they stand beside the figure with how far they could change it."),
        "targeting.Targeting.coverage",
    ),
    Definition(
        "exclusion",
        _("Target group not yet receiving"),
        _("Target group that was not reached ÷ target group. With coverage it adds up to 100%. (Exclusion error.)"),
        _("percent"),
        _LOG,
        _("The same as coverage."),
        "targeting.Targeting.exclusion",
    ),
    Definition(
        "inclusion",
        _("Receivers outside the target group"),
        _(
            "Households that got something and do not certainly belong to the target group ÷ all households that got"
            " something. (Inclusion error.)"
        ),
        _("percent"),
        _LOG,
        _(
            "Nothing: who has no desil, moved away or died since stands outside too. On the page of a programme it is"
            " counted in its own unit, person by person."
        ),
        "targeting.Targeting.inclusion",
    ),
    Definition(
        "none",
        _("Without any programme"),
        _("Households of the target group for which nothing was recorded in the year ÷ target group."),
        _("households"),
        _LOG,
        _("Aid that nobody recorded; the lists that have not come in are named."),
        "figures.nothing_recorded",
    ),
    Definition(
        "twice",
        _("Two programmes of one kind"),
        _("Households that got aid of two or more programmes of the same kind in the year, whatever their desil."),
        _("households"),
        _LOG,
        _("Pairs that are allowed together, and one benefit of several funders."),
        "figures.twice_served",
    ),
    Definition(
        "overlap",
        _("Overlap"),
        _("Households that got something from both of two programmes, or agencies, in the year. The diagonal is all."),
        _("households"),
        _LOG,
        _("One benefit of several funders (house and wages)."),
        "figures.overlap, targeting.overlap_of_agencies",
    ),
    Definition(
        "convergence",
        _("Convergence of a package"),
        _("Households that got every part of the package in the year ÷ households that should have the package."),
        _("percent"),
        _LOG,
        _("Households of which the rule of the package does not know enough."),
        "targeting.convergence",
    ),
    Definition(
        "rupiah",
        _("Rupiah per household"),
        _("Sum of the deliveries to a household in the period; the median is the household in the middle."),
        _("rupiah"),
        _LOG,
        _("Goods without an amount, money of groups, works on areas, households that got none."),
        "targeting.rupiah",
    ),
    Definition(
        "share",
        _("Share of benefits of desil 1, and of desil 1–4"),
        _("Rupiah handed over to households of these desil ÷ all rupiah handed over to households."),
        _("percent"),
        _LOG,
        _("The same as rupiah per household."),
        "targeting.RupiahByDesil.share",
    ),
    Definition(
        "unmet",
        _("Unmet need"),
        _("Households of the target group not reached, weighed by desil: 4 for desil 1, 3 for 2, 2 for 3, else 1."),
        _("points"),
        _LOG,
        _("The same as coverage. Kelurahan and RT are put in order by it."),
        "priority.ranked",
    ),
)
