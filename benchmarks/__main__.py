"""`python -m benchmarks [NAME …] [--members N]`: measured in a folder of its own; the results as a table."""

from __future__ import annotations

import argparse
import importlib

from benchmarks.place import set_up
from benchmarks.result import table

BENCHES = ("import", "pages", "server", "meetings", "figures")


def main() -> None:
    """Run the benches named on the command line and print their table."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="bench", help=f"of {', '.join(BENCHES)}; default all")
    parser.add_argument("--members", type=int, help="people in the sheet or the city, instead of the size of the goals")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    folder = set_up()
    results = []
    for name in options.names or BENCHES:
        print(f"{name} …", flush=True)
        bench = importlib.import_module(f"benchmarks.bench_{name}")
        results += bench.run(folder, **({"members": options.members} if options.members else {}))
    print(table(results))


if __name__ == "__main__":
    main()
