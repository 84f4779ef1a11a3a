"""Compare the vendored front-end files with static/vendor/SHA256SUMS; exit 1 when they differ."""

import hashlib
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


def problems(folder: Path) -> list[str]:
    """What is wrong, one line a file."""
    sums = folder / "SHA256SUMS"
    if not sums.exists():
        return [f"{sums} is missing"]
    listed = {}
    for line in sums.read_text().splitlines():
        digest, _space, name = line.partition("  ")
        listed[name.removeprefix("./")] = digest
    present = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file() and path != sums}
    found = [f"{name}: listed but missing" for name in sorted(listed.keys() - present.keys())]
    for name, path in sorted(present.items()):
        if name not in listed:
            found.append(f"{name}: not listed in SHA256SUMS")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != listed[name]:
            found.append(f"{name}: differs from its sha256")
    return found


if __name__ == "__main__":
    wrong = problems(VENDOR)
    print("\n".join(wrong) or "vendored files match their sha256")
    sys.exit(1 if wrong else 0)
