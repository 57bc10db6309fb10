"""Writes docs/conformance.md from target/conformance/*.json; see conformance.py for the form."""

import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
RESULTS = os.path.join(HOME, "target", "conformance")
PAGE = os.path.join(HOME, "docs", "conformance.md")
HEAD = """# Conformance

Suites that others wrote, and attacks collected from the public classes, against the gateway as it
runs from this folder. `make conformance` runs them and writes this page; where one needs a tool
that cannot be had, it is left out and says so. A case that may fail is named in
[exceptions.json](../suites/conformance/exceptions.json) with its reason; if it passes all the same,
that is a failure.

"""
COLUMNS = """| suite | version | how | passed | failed | exceptions |
| --- | --- | --- | --: | --: | --: |
"""
LONGER = """
## With what takes long

Written by `make conformance-full` alone; a shorter run leaves this part as it is.

"""


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def row(result):
    if result.get("skipped"):
        return f"| {cell(result['suite'])} | | left out: {cell(result['skipped'])} | | | |\n"
    figures = [result["passed"], len(result["failed"]), len(result["exceptions"])]
    words = [result["suite"], result["version"], result["how"], *figures]
    return "| " + " | ".join(map(cell, words)) + " |\n"


def section(title, results, key, text):
    lines = []
    for result in results:
        by_text = {}
        for one in result.get(key, []):
            by_text.setdefault(one[text], []).append(one["case"])
        for words, cases in by_text.items():
            names = ", ".join(f"`{cell(c)}`" for c in cases)
            lines.append(f"- {cell(result['suite'])}: {names}: {cell(words)}\n")
    return f"\n## {title}\n\n{''.join(lines)}" if lines else ""


def results_of(longer):
    found = []
    for path in sorted(glob.glob(os.path.join(RESULTS, "*.json")), key=lambda p: p[:-5]):
        if path.endswith("-full.json") == longer:
            with open(path) as file:
                found.append(json.load(file))
    return found


def notes(results):
    text = section("Failed", results, "failed", "detail")
    text += section("Exceptions", results, "exceptions", "reason")
    again = [(r["suite"], r["again"]) for r in results if r.get("again")]
    if again:
        text += "\n## Passed only when run again\n\n"
        for suite, cases in again:
            text += f"- {cell(suite)}: {', '.join(f'`{c}`' for c in cases)}\n"
    return text


def longer_part(results, page):
    """The part about longer runs: of these results, or as it is on the page."""
    if results:
        rows = COLUMNS + "".join(map(row, results))
        return LONGER + rows + notes(results).replace("\n## ", "\n### ")
    start = page.find(LONGER)
    return page[start:] if start >= 0 else ""


def main():
    results, longer = results_of(False), results_of(True)
    if not results and not longer:
        print("No suite has left a result: nothing is written.")
        sys.exit(1)
    page = ""
    if os.path.exists(PAGE):
        with open(PAGE) as file:
            page = file.read()
    text = HEAD + COLUMNS + "".join(map(row, results)) + notes(results)
    text += longer_part(longer, page)
    with open(PAGE, "w") as file:
        file.write(text)
    print(f"{len(results) + len(longer)} results on {os.path.relpath(PAGE)}")


if __name__ == "__main__":
    main()
