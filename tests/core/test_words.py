"""Every action that the code records has its words, so that no timeline shows a key."""

import ast
from pathlib import Path

from core.registry import registry
from meetings.choices import DecisionState, MeetingState
from programs.actions.steps import STEPS

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("core", "households", "programs", "meetings", "reports", "tkpkd")


def recorded() -> set[str]:
    """Literal values of `action=` in calls and of parameters called so."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "action":
                    found |= {c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant)}
    return {value for value in found if isinstance(value, str) and "." in value and not value.endswith((".", "_"))}


def test_literal_actions():
    assert len(recorded()) > 60
    assert sorted(recorded() - set(registry.action_words)) == []


def test_built_actions():
    built = {f"assistance.{key}" for key in STEPS}
    built |= {f"decision.{state}" for state in DecisionState.values if state != "in_force"}
    built |= {f"meeting.{state}" for state in MeetingState.values}
    assert sorted(built - set(registry.action_words)) == []
