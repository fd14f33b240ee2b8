#!/usr/bin/env python3
"""Writes the tables of settings into docs/operations.md, from what each service says with --help-settings.

  settings_tables.py [--bin DIR] [--check]     --check: writes nothing; ends with 1 where the document is out of date
"""
import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stack.layout import ROOT, SERVICES  # noqa: E402

DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- settings: scripts/settings_tables.py -->", "<!-- settings end -->"
# The same in every service but for the number, which the document names beside the service.
DIFFERENT = ["HOLDFAST_HTTP_PORT", "HOLDFAST_DATABASE_POOL"]


def rows_of(binary: str) -> list:
    """The rows of one service's table, without its head."""
    said = subprocess.run([binary, "--help-settings"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[2:]


def name_of(row: str) -> str:
    return row.split("`")[1]


def tables(folder: str) -> str:
    services = {service: rows_of(f"{folder}/{service}-service") for service in SERVICES}
    first = services[SERVICES[0]]
    shared = [row for row in first if all(name_of(row) in map(name_of, rows) for rows in services.values())]
    names = {name_of(row) for row in shared}
    head = "| variable | default | unit | meaning |\n| --- | --- | --- | --- |\n"
    parts = ["### Every service\n\n" + head + "\n".join(
        row for row in shared if name_of(row) not in DIFFERENT) + "\n"]
    for service, rows in services.items():
        own = [row for row in rows if name_of(row) not in names or name_of(row) in DIFFERENT]
        parts.append(f"### {service.capitalize()}\n\n" + head + "\n".join(own) + "\n")
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release", help="folder of the built executables")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    fresh = f"{before}{BEGIN}\n\n{tables(arguments.bin)}\n{END}{after}"
    if fresh == text:
        return 0
    if arguments.check:
        print(f"{DOCUMENT} is out of date; scripts/settings_tables.py writes its tables anew", file=sys.stderr)
        return 1
    DOCUMENT.write_text(fresh)
    print(f"wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
