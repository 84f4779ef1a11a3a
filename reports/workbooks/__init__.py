"""The Excel reports of the team: each name a builder, all asked for in the same way."""

from reports.workbooks import extreme, figures, followup, lists, plans, quality  # noqa: F401 (they register their reports)
from reports.workbooks.asking import ReportRequest, check, estimate, write
from reports.workbooks.names import REPORTS, ReportKind

__all__ = ["REPORTS", "ReportKind", "ReportRequest", "check", "estimate", "write"]
