"""Rules of the house that a machine can see in the source; each rule is shown to find what it is for.

Rules of templates stand in tests/core/test_templates.py, tables of the history in tests/core/test_history.py.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "households", "programs", "meetings", "reports", "tkpkd")
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for app in (*APPS, "benchmarks", "tools")
    for path in sorted((ROOT / app).rglob("*.py"))
}


def is_ours(name: str) -> bool:
    """Part of the application, and neither a migration nor the demo city."""
    return name.split("/")[0] in APPS and "/migrations/" not in name and not name.startswith("tkpkd/demo/")


def chain(node: ast.AST, parents: dict) -> ast.AST:
    """The whole chain of attributes and calls that begins at `node`: `A.objects` → `A.objects.filter(…).count()`."""
    while True:
        above = parents.get(node)
        if not (isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node)):
            return node
        node = above


def parents_of(tree: ast.AST) -> dict:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


# --- writes ----------------------------------------------------------------------------------------------------------

WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
SQL_WRITE = re.compile(r"\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+|COPY\s+\w+)\b")
# Methods of that name that write no rows: files, hashes, dictionaries.
NO_ROWS = re.compile(r"^(book|document|show|bare|picture|digest|numbers|hashlib\.\w+\(\)|vars\(\))\.|^super\(\)\.save$")
# Modules outside actions and imports that write, and why. A view, form or template tag is hardly ever right here.
MAY_WRITE = {
    "core/history.py": "writes the history itself",
    "core/jobs.py": "rows of work, not of the domain",
    "core/exports.py": "puts the file of a job into its row",
    "reports/jobs.py": "puts the file of a job into its row",
    "core/mail.py": "the outbox",
    "core/attachments.py": "the actions of attachments",
    "core/first_admin.py": "the first admin of `make office`, by history()",
    "core/admin.py": "bulk action of the admin on users, by history()",
    "core/region_files.py": "load_regions and load_boundaries, by history()",
    "households/derived.py": "columns derived from others, inside the caller's history()",
    "households/views/imports.py": "choices on the batch, a row of work",
    "programs/views/recipient_imports.py": "choices on the batch, a row of work",
    "programs/views/plan_imports.py": "choices on the batch, a row of work",
    "programs/views/matching.py": "choices on the batch, a row of work",
    "programs/matching/lists.py": "staging and batch of a matched list",
    "programs/matching/near.py": "staging of a matched list",
    "programs/matching/people.py": "staging of lists",
    "meetings/views/year.py": "one's own calendar address, by history()",
    "reports/lp2kd/texts.py": "the actions of texts, by history()",
    "tkpkd/periodic.py": "stuck rows of the queue",
    "tkpkd/reference.py": "load_reference, by history()",
}
VIEW_MAY_WRITE = re.compile(r"^(batch\.save|user\.save|type\(batch\)\.objects\.|batches\.visible_batches\()")


def is_for_writing(name: str) -> bool:
    parts = name.split("/")
    return "actions" in parts or parts[-1] == "actions.py" or "imports" in parts


def is_view(name: str) -> bool:
    parts = name.split("/")
    if is_for_writing(name):
        return False
    return "views" in parts or "forms" in parts or "templatetags" in parts or parts[-1].startswith(("forms", "filters"))


def writes(source: str) -> list[str]:
    """Statements that write rows: model methods and SQL."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            said = ast.unparse(node.func)
            if not NO_ROWS.search(said):
                found.append(said)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WRITE.search(node.value):
            found.append(SQL_WRITE.search(node.value)[0])
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Household.objects.filter(pk=1).update(rt='1')", 1),
        ("household.save()", 1),
        ("Member.objects.bulk_create(rows)", 1),
        ("cursor.execute('UPDATE households_member SET nik = NULL')", 1),
        ("cursor.execute('''INSERT\\n INTO x VALUES (1)''')", 1),
        ("cursor.execute('SELECT 1 FOR UPDATE')", 0),
        ("document.save(path)", 0),
        ("digest.update(b'')", 0),
        ("create_household(by=user)", 0),
    ],
)
def test_writes_are_seen(source, found):
    assert len(writes(source)) == found


def test_rows_are_written_by_actions_and_imports():
    guilty = {
        name: found
        for name, source in SOURCES.items()
        if is_ours(name) and not is_for_writing(name) and name not in MAY_WRITE and (found := writes(source))
    }
    assert guilty == {}


@pytest.mark.parametrize("name", [name for name in MAY_WRITE if is_view(name)])
def test_views_that_write_touch_their_batch_alone(name):
    assert [said for said in writes(SOURCES[name]) if not VIEW_MAY_WRITE.match(said)] == []


def test_list_of_writers_is_up_to_date():
    assert [name for name in MAY_WRITE if name not in SOURCES or not writes(SOURCES[name])] == []


# --- reads in views --------------------------------------------------------------------------------------------------

NARROWED = {"visible_to", "openable_by", "owned_by", "managed_by", "none"}
# No poor people stand in them: everybody with a role may know them.
REFERENCE = {"Region", "Agency", "Scheme", "SchemeItem", "BenefitKind", "Program", "ProgramYear", "Series"}
REFERENCE |= {"Decree", "TeamMember"}  # the team, a published decree
# Reads that begin elsewhere, and why that is right.
BARE = {
    ("core/views/records.py", "AccessRecord"): "the logs, for Perm.SEE_LOGS alone",
    ("core/views/records.py", "HistoryTransaction"): "the logs, for Perm.SEE_LOGS alone",
    ("core/views/records.py", "HistoryEntry"): "counts of the transactions shown",
    ("households/views/imports.py", "type(batch)"): "the batch that was found for this person",
    ("households/views/imports.py", "ImportFinding"): "findings of a batch that was found for this person",
    ("programs/views/recipient_imports.py", "ImportFinding"): "findings of a batch that was found for this person",
    ("households/views/pages.py", "Member"): "keys of a household that was found; timeline() narrows them again",
    ("households/views/pages.py", "Attachment"): "keys of a household that was found",
    ("households/views/transfers.py", "TransferRequest"): "narrowed by area_q over the rights of the person",
    ("programs/views/plan_imports.py", "PlanRow"): "a row of a batch that was found for this person",
    ("programs/views/enrol.py", "QuotaOrder"): "the order of a programme, a rule without people",
    ("programs/views/enrol.py", "Household"): "the rest of those that this person chose and proposed",
    ("programs/views/builder.py", "Household"): "counted in the area of the figures; the sample is narrowed again",
    ("programs/views/builder.py", "Member"): "counted in the area of the figures, or people that were found",
    ("reports/views/agencies.py", "RoleAssignment"): "who works for the agency, to be asked",
    ("reports/views/brief.py", "RoleAssignment"): "officials of the area, to be met",
    ("reports/views/cities.py", "CityAggregate"): "counts without small cells, for who may see figures",
    ("reports/views/lp2kd.py", "ReportLayout"): "layouts, for Perm.MANAGE_REFERENCE alone",
    ("reports/views/lp2kd.py", "Issue"): "issued reports, for who may open the page",
    ("programs/views/deliveries.py", "Delivery"): "inside a query over assistance that is narrowed",
    ("programs/views/groups.py", "RecipientGroup"): "looked for again through groups_seen(user)",
    ("programs/views/rules.py", "Household"): "only counted, in the area of the person's figures",
    ("programs/views/rules.py", "Member"): "only counted, in the area of the person's figures",
    ("meetings/forms/fields.py", "User"): "people who answer for action items",
    ("meetings/forms/meetings.py", "User"): "people to invite, for who runs meetings",
    ("meetings/forms/team.py", "User"): "people of the team, for who runs meetings",
    ("meetings/forms/meetings.py", "Meeting"): "choices for who runs meetings",
    ("meetings/forms/meetings.py", "Topic"): "choices for who runs meetings",
    ("meetings/views/finding.py", "AgendaItem"): "of the meetings that this person sees",
    ("meetings/views/decisions.py", "HouseholdSetRow"): "inside a query over households that is narrowed",
    ("meetings/views/papers.py", "Letter"): "the register, for Perm.RUN_MEETINGS alone",
    ("meetings/views/people.py", "Invitation"): "for Perm.RUN_MEETINGS alone",
    ("meetings/views/people.py", "Attendance"): "of a meeting that was found for this person",
}


def bare_reads(source: str) -> Iterator[str]:
    """Models whose `objects` are read without asking who looks."""
    tree = ast.parse(source)
    parents = parents_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            said = chain(node, parents)
            # What stands inside a call (a subquery) is a chain of its own.
            asked, link = set(), said
            while link is not node:
                if isinstance(link, ast.Attribute):
                    asked.add(link.attr)
                link = link.func if isinstance(link, ast.Call) else link.value
            if not asked & NARROWED:
                yield ast.unparse(node.value)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Household.objects.filter(uuid=uuid)", ["Household"]),
        ("Household.objects.visible_to(user).filter(uuid=uuid)", []),
        ("get_object_or_404(Household.objects, uuid=uuid)", ["Household"]),
        ("Household.objects.filter(pk__in=Member.objects.visible_to(user))", ["Household"]),
        ("Member.objects.none()", []),
    ],
)
def test_bare_reads_are_seen(source, found):
    assert list(bare_reads(source)) == found


def reads_of_views() -> set[tuple[str, str]]:
    return {
        (name, model)
        for name, source in SOURCES.items()
        if is_ours(name) and is_view(name)
        for model in bare_reads(source)
        if model not in REFERENCE
    }


def test_views_read_what_their_reader_may_see():
    assert reads_of_views() - set(BARE) == set()


def test_list_of_bare_reads_is_up_to_date():
    assert set(BARE) - reads_of_views() == set()


# --- names, docstrings, print ----------------------------------------------------------------------------------------

NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}


def test_no_file_is_named_for_nothing():
    names = [path for path in SOURCES if Path(path).stem in NAMELESS]
    folders = [path for path in SOURCES if NAMELESS & set(Path(path).parent.parts[1:])]
    assert names + folders == []


def undocumented(source: str) -> list[str]:
    """Public functions and classes of a module without a docstring; "" for the module."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) or not tree.body else [""]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return found + [
        node.name
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("", []),
        ("x = 1", [""]),
        ("'''Doc.'''\ndef go():\n    pass", ["go"]),
        ("'''Doc.'''\ndef _go():\n    pass", []),
        ("'''Doc.'''\nclass A:\n    '''Doc.'''", []),
    ],
)
def test_missing_docstrings_are_seen(source, found):
    assert undocumented(source) == found


def test_modules_and_public_names_say_what_they_are():
    named = {name: source for name, source in SOURCES.items() if "/migrations/" not in name}
    assert {name: found for name, source in named.items() if (found := undocumented(source))} == {}


# Programs that speak to a terminal.
PRINTS = ("tkpkd/serve.py", "tkpkd/office.py", "tkpkd/embedded_place.py", "tools/", "benchmarks/")


def prints(source: str) -> int:
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return sum(isinstance(func, ast.Name) and func.id in ("print", "pprint", "breakpoint") for func in calls)


def test_nothing_is_left_printing():
    assert prints("print(1)") == 1
    assert prints("'print(1)'") == 0
    assert [name for name, source in SOURCES.items() if prints(source) and not name.startswith(PRINTS)] == []


# --- actions leave a record ------------------------------------------------------------------------------------------

# Functions of action modules that write and are no action of their own, and why they leave no record themselves.
NO_RECORD = {
    "households/actions/households.py:save": "inside history() of the actions that call it",
    "programs/actions/follow.py:members_moved": "hook inside the history() of a move",
    "programs/actions/follow.py:households_merged": "hook inside the history() of a merge",
    "programs/actions/follow.py:set_snapshot": "hook inside the history() of freezing a set",
    "meetings/actions/handover.py:hand_over_meetings": "hook inside the history() of hand_over",
    "programs/actions/handover.py:hand_over_programs": "hook inside the history() of hand_over",
    "programs/actions/targeting.py:hand_over_orders": "hook inside the history() of hand_over",
    "meetings/actions/planning.py:forget_answers": "inside history() of the actions that call it",
    "reports/runs/actions.py:record_run": "append-only itself, and the export leaves an access record",
    "reports/runs/actions.py:make_quarterly": "reports made by the clock; append-only",
    "reports/actions.py:daily_snapshot": "figures of the day, made by the clock; append-only",
    "reports/actions.py:take_snapshot": "figures of the day, made by the clock; append-only",
    "meetings/actions/notices.py:tell": "a notice, inside history() of the actions that call it",
    "meetings/actions/notices.py:find_due": "notices, made by the clock",
    "meetings/actions/notices.py:write_digests": "mails and what was mailed, made by the clock",
    "meetings/actions/notices.py:mark_read": "that somebody has read a notice is nobody else's business",
    "meetings/actions/snapshots.py:take": "figures of the day, made by the clock",
    "meetings/actions/planning.py:carry_over": "inside history() of the actions that call it",
}


def functions_of(name: str, source: str) -> Iterator[tuple[str, set[str], bool]]:
    """Key, names it calls, whether it writes rows: each function of a module."""
    tree = ast.parse(source)
    # SQL is kept in constants of the module.
    statements = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and writes(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
            # `edit_member(…)` or `members.edit_member(…)`, not `rows.filter(…).update(…)`.
            names = {f.id for f in calls if isinstance(f, ast.Name)}
            names |= {f.attr for f in calls if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)}
            used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            yield f"{name}:{node.name}", names, bool(writes(ast.unparse(node)) or used & statements)


def unrecorded(modules: dict[str, str]) -> list[str]:
    """Public functions that write rows and open no `history()`, neither themselves nor through another action."""
    found = [each for name, source in modules.items() for each in functions_of(name, source)]
    by_name: dict[str, list[str]] = {}
    for key, _names, _writes in found:
        by_name.setdefault(key.rpartition(":")[2], []).append(key)
    recorded, writing = set(), {key for key, _names, own in found if own}
    grown = True
    while grown:
        before = len(recorded), len(writing)
        for key, names, _writes in found:
            own = key.rpartition(":")[0]
            inner = {
                other
                for name in names
                for other in by_name.get(name, ())
                if not name.startswith("_") or other.startswith(f"{own}:")
            }
            if "history" in names or inner & recorded:
                recorded.add(key)
            if inner & writing:
                writing.add(key)
        grown = before != (len(recorded), len(writing))
    return sorted(key for key in writing - recorded if not key.rpartition(":")[2].startswith("_"))


def test_unrecorded_actions_are_seen():
    quiet = "def go(row):\n    row.save()\ndef _inner(row):\n    row.save()\ndef outer(row):\n    _inner(row)"
    said = "def go(row):\n    with history(by=None, action='x'):\n        row.save()\ndef outer(row):\n    go(row)"
    sql = "_SQL = 'UPDATE x SET y = 1'\ndef go(cursor):\n    cursor.execute(_SQL)"
    assert unrecorded({"a.py": quiet}) == ["a.py:go", "a.py:outer"]
    assert unrecorded({"a.py": sql}) == ["a.py:go"]
    assert unrecorded({"a.py": said}) == []


def test_every_action_says_who_and_why():
    modules = {name: source for name, source in SOURCES.items() if is_ours(name) and is_for_writing(name)}
    actions = {name: source for name, source in modules.items() if "imports" not in name.split("/")}
    assert len(actions) > 15
    assert unrecorded(actions) == sorted(NO_RECORD)
