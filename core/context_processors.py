"""What the shell of every page shows."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from core.admin_site import may_enter
from core.models import CitySettings
from core.registry import registry
from core.roles import AREA_ROLES, access

GROUPS = [
    ("home", ""),
    ("households", _("Households")),
    ("programs", _("Programmes")),
    ("coordination", _("Coordination")),
    ("reports", _("Reports")),
    ("foot", ""),
]


def shell(request):
    """Menu, year, area, names and theme; for pages without a signed-in person only names and theme."""
    city = CitySettings.load()
    theme = request.COOKIES.get("theme", "")
    context = {
        "city_name": city.home_region.name if city else "",
        "city_code": city.home_region_id if city else "",
        "team_name": city.team_name if city else "TKPKD",
        "agency_label": city.planning_agency if city else "Bappeda",
        "theme": theme if theme in ("light", "dark") else "",
        "is_demo": settings.DEMO_USERS,
        "request_id": getattr(request, "id", ""),
        "now": timezone.now(),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    rights = access(user)
    menus = SimpleLazyObject(lambda: _menus(request, rights))  # parts of pages show none, and ask for no badge
    this_year = timezone.localdate().year
    year = getattr(request, "year", this_year)
    main = rights.main
    return context | {
        "menu": SimpleLazyObject(lambda: menus[0]),
        "bottom_menu": SimpleLazyObject(lambda: menus[1]),
        "year": year,
        "years": list(range(this_year + 1, this_year - 5, -1)),
        "year_is_past": year < this_year,
        "area_label": _area_label(main, city),
        "role_label": main.get_role_display() if main else _("No role"),
        "user_initials": user.initials,
        "can_admin": may_enter(rights),
        "help_url": reverse("help_index"),
        "keys_off": not user.preferences.get("keys", True),
        "theme": context["theme"] or user.preferences.get("theme", ""),
    }


def _area_label(main, city) -> str:
    if main and main.role in AREA_ROLES and main.region:
        return main.region.name
    return city.home_region.name if city else ""


def _menus(request, rights):
    groups, bottom = {key: [] for key, _label in GROUPS}, []
    for entry in sorted(registry.menu, key=lambda e: e.order):
        if entry.perms and not any(rights.can(p) for p in entry.perms):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        path = request.path
        item = {
            "label": entry.label,
            "url": url,
            "icon": entry.icon,
            "active": path == url,
            "badge": entry.badge(request) if entry.badge else None,
            "urls": [url, *map(reverse, entry.also)],
        }
        groups[entry.group].append(item)
        if entry.bottom is not None:
            bottom.append((entry.bottom, item | {"label": entry.bottom_label or entry.label}))
    # The entry whose address begins the current one most closely is the current one.
    items = [i for g in groups.values() for i in g] + [i for _o, i in bottom]
    urls = {url for item in items for url in item["urls"]}
    best = max((url for url in urls if path_within(request.path, url)), key=len, default=None)
    for item in items:
        item["active"] = best in item["urls"]
    menu = [{"label": label, "items": groups[key], "key": key} for key, label in GROUPS if groups[key]]
    return menu, [i for _o, i in sorted(bottom, key=lambda pair: pair[0])]


def path_within(path: str, url: str) -> bool:
    """Whether `path` is `url` or lies below it (the home page counts only for itself)."""
    return path == url or (url != "/" and path.startswith(url))
