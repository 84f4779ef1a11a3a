"""How an invented family lives: address, house, water, toilet, things they own."""

from __future__ import annotations

from random import Random

from tkpkd.demo import names
from tkpkd.demo.people import Family

# field → answers and their weights for the poorest and for the well-off; those between are mixed.
_ANSWERS = {
    "ownership": ((1, 2, 3, 4), (62, 17, 20, 1), (86, 8, 4, 2)),
    "land_proof": ((1, 2, 3, 4, 5, 6), (34, 3, 8, 2, 28, 25), (80, 2, 3, 4, 9, 2)),
    "floor": ((2, 4, 5, 6, 8, 7), (14, 6, 14, 51, 13, 2), (83, 6, 2, 9, 0, 0)),
    "wall": ((1, 2, 3, 4, 6, 7), (43, 5, 39, 7, 4, 2), (96, 1, 3, 0, 0, 0)),
    "roof": ((1, 2, 3, 4, 7, 6), (1, 3, 88, 3, 4, 1), (8, 19, 71, 2, 0, 0)),
    "water": ((1, 2, 3, 4, 5, 6, 8, 9), (1, 28, 26, 9, 19, 11, 3, 3), (8, 42, 36, 10, 4, 0, 0, 0)),
    "water_distance": ((1, 2, 3), (30, 48, 22), (12, 84, 4)),
    "lighting": ((1, 2, 3, 4), (83, 15, 0, 2), (99, 1, 0, 0)),
    "power": ((1, 2, 3, 4), (61, 36, 3, 0), (5, 34, 41, 20)),
    "fuel": ((4, 10, 2, 7, 12), (69, 27, 0, 2, 2), (88, 1, 10, 0, 1)),
    "toilet": ((1, 2, 4, 6), (65, 14, 7, 14), (98, 2, 0, 0)),
    "toilet_type": ((1, 2, 3, 4), (62, 16, 7, 15), (97, 3, 0, 0)),
    "sewage": ((1, 2, 3, 4, 5), (56, 1, 23, 17, 3), (93, 5, 2, 0, 0)),
}
_ASSETS = (
    # key, share among the poorest, among the well-off, most pieces
    ("motorcycle", 0.42, 0.94, 3),
    ("refrigerator", 0.34, 0.95, 1),
    ("television", 0.55, 0.92, 2),
    ("smartphone", 0.66, 0.99, 4),
    ("gas_cylinder", 0.02, 0.28, 1),
    ("computer", 0.02, 0.55, 2),
    ("car", 0.0, 0.34, 2),
    ("gold", 0.03, 0.42, 1),
    ("air_conditioner", 0.0, 0.22, 2),
    ("land", 0.05, 0.25, 1),
    ("cattle", 0.03, 0.02, 3),
    ("goat", 0.04, 0.02, 5),
)


class Houses:
    """Draws house and address of a family."""

    def __init__(self, rng: Random, villages: dict[str, dict]):
        """`villages`: region code → name, lat, lng, rw (number of RW)."""
        self.rng, self.villages = rng, villages
        # desil → field → cumulative weights, mixed between the poorest and the well-off
        self._weights = {
            desil: {
                name: [round(low * (1 - share) + high * share, 3) for low, high in zip(poor, rich, strict=True)]
                for name, (_answers, poor, rich) in _ANSWERS.items()
            }
            for desil, share in ((d, min(1.0, (d - 1) / 7)) for d in range(1, 11))
        }

    def furnish(self, family: Family) -> None:
        """Give the family an address, coordinates, housing answers and assets, where not given yet."""
        self._place(family)
        if family.housing:
            return
        rng, desil = self.rng, family.desil or 4
        weights = self._weights[desil]
        housing = {name: rng.choices(a[0], weights[name])[0] for name, a in _ANSWERS.items()}
        if housing["toilet"] == 6:
            housing["toilet_type"] = housing["sewage"] = None
        if housing["lighting"] != 1:
            housing["power"] = None
        if housing["water"] not in (4, 5, 6, 7, 8):
            housing["water_distance"] = None
        family.housing = housing
        family.floor_area = rng.randint(18, 54) if desil <= 4 else rng.randint(36, 150)
        if housing["lighting"] == 1 and rng.random() < 0.6:
            family.pln_id = f"14{rng.randrange(10**9, 10**10)}"
        share = min(1.0, (desil - 1) / 7)
        family.assets = {
            key: rng.randint(1, most) for key, low, high, most in _ASSETS if rng.random() < low + (high - low) * share
        }

    def _place(self, family: Family) -> None:
        rng, village = self.rng, self.villages[family.region]
        if not family.rw:
            family.rw = f"{rng.randint(1, village['rw']):03d}"
            family.rt = f"{rng.randint(1, 4):03d}"
        if not family.address:
            street = rng.choice(names.STREETS.get(village["name"], names.COMMON_STREETS))
            family.address = f"{street} No. {rng.randint(1, 180)}" if rng.random() < 0.7 else street
        if family.lat is None and village["lat"] is not None and rng.random() < 0.35:
            family.lat = round(village["lat"] + rng.gauss(0, 0.0035), 6)
            family.lng = round(village["lng"] + rng.gauss(0, 0.0035), 6)
