"""What core itself puts into the registry."""

from core.jobs import purge_results
from core.registry import PeriodicTask, registry


def _purge() -> str:
    count = purge_results()
    return f"{count} result files removed" if count else ""


registry.periodic += [PeriodicTask("remove old result files", 86400, _purge)]
