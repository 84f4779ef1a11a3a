"""One factory for each model, with plain values that mean nothing; traits for the states that tests ask for.

Rows made here stand in the history as written directly, as any write outside an action does.
"""

from tests.factories.base import SINCE, Factory
from tests.factories.core import *  # noqa: F403
from tests.factories.core import PASSWORD, VILLAGE, region
from tests.factories.households import *  # noqa: F403
from tests.factories.households import family
from tests.factories.meetings import *  # noqa: F403
from tests.factories.plans import *  # noqa: F403
from tests.factories.plans import whole_plan
from tests.factories.programs import *  # noqa: F403
from tests.factories.reports import *  # noqa: F403

__all__ = ["PASSWORD", "SINCE", "VILLAGE", "Factory", "family", "region", "whole_plan"]
