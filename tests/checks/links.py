#!/usr/bin/env python3
"""Links and paths in the pages (*.md), and pages that other files name.

A relative link leads to a file or folder of the repository and, behind "#", to a heading of that
page. A path in backticks that begins with a folder of the sources exists. A page that a comment, a
message or a rule names ("client/json.md") exists; NAME in a path stands for any. README.md has at
most 150 lines. First of all the check must find what is wrong in made-up pages.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ("client", "config", "install", "service", "tests")
LEAST_LINKS = 150
README_LINES = 150

LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$")
IN_BACKTICKS = re.compile(r"`((?:" + "|".join(FOLDERS) + r")/[\w./-]*\w/?)`")
PAGE = re.compile(r"(?<![\w./-])((?:" + "|".join(FOLDERS) + r")/[\w./-]*\.md)\b")


def prose(text):
    """The lines outside of fenced and indented blocks, by their numbers."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, line


def anchors(text):
    """The anchors of a page, as GitHub makes them of its headings."""
    found = set()
    for _, line in prose(text):
        match = HEADING.match(line)
        if match:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1))
            anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            number, same = 0, anchor
            while same in found:
                number += 1
                same = f"{anchor}-{number}"
            found.add(same)
    return found


def check_link(page, target, pages, exists):
    """What is wrong with a link of this page, or None."""
    path, _, anchor = target.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    if not exists(path):
        return f"there is no {path}"
    if anchor and path not in pages:
        return f"{path} is no page: #{anchor}"
    if anchor and anchor not in anchors(pages[path]):
        return f"{path} has no heading for #{anchor}"
    return None


def check_pages(pages, exists):
    """All that is wrong in the pages, and how many links were looked at."""
    wrong, links = [], 0
    for page, text in sorted(pages.items()):
        for number, line in prose(text):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if not re.match(r"[a-z]+:", target):
                    links += 1
                    fault = check_link(page, target, pages, exists)
                    wrong += [f"{page}:{number}: {fault}"] if fault else []
            wrong += [f"{page}:{number}: there is no {path}" for path in IN_BACKTICKS.findall(line)
                      if "NAME" not in path and not exists(path)
                      and not exists(os.path.join(os.path.dirname(page), path))]
    return wrong, links


def check_others(files, exists):
    """Pages that other files name."""
    return [f"{path}: there is no {page}" for path, text in sorted(files.items())
            for page in sorted(set(PAGE.findall(text)))
            if not exists(page) and not exists(os.path.join(os.path.dirname(path), page))]


def check_readme(text):
    lines = text.count("\n")
    return [f"README.md has {lines} lines, more than {README_LINES}"] if lines > README_LINES else []


def self_test():
    there = {"README.md", "client/a.md", "client", "client/b.c"}
    other = "# A page\n## Stop, crash `X`\n## Same\n## Same\n```\n## no heading\n```\n"
    for line, count in {
            "[a](client/a.md) [b](client/a.md#stop-crash-x) [c](client/a.md#same-1) [d](#top)": 0,
            "[a](client) `client/b.c` `[x](y)` [web](https://example.org/#x)": 0,
            "[a](a.md)": 1, "[a](client/a.md#no-heading)": 1, "[a](#other)": 1, "[a](client/b.c#x)": 1,
            "`client/c.c`": 1, "`client/NAME.c`": 0, "    [code](is.left.alone)": 0}.items():
        wrong, _ = check_pages({"README.md": "# Top\n" + line + "\n", "client/a.md": other},
                               there.__contains__)
        if len(wrong) != count:
            sys.exit(f"{line}: {wrong} instead of {count}")
    if check_others({"client/b.c": "/* client/a.md */"}, there.__contains__) or \
            len(check_others({"client/b.c": "see client/c.md."}, there.__contains__)) != 1:
        sys.exit("a page that a source file names is not looked for")
    if check_readme("\n" * README_LINES) or not check_readme("\n" * (README_LINES + 1)):
        sys.exit("the length of README.md is not seen")


def tracked():
    """All files of the sources: those of Git, or of the folder, where there is no Git."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        return [path for path in listed.stdout.decode().split("\0") if path]
    found = []
    for top in ("",) + FOLDERS:
        for folder, folders, files in os.walk(os.path.join(ROOT, top)):
            folders[:] = folders if top else []
            found += [os.path.relpath(os.path.join(folder, file), ROOT) for file in files]
    return found


def main():
    self_test()
    pages, others = {}, {}
    for path in tracked():
        if path == "tests/checks/links.py" or not os.path.isfile(os.path.join(ROOT, path)):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
            (pages if path.endswith(".md") else others)[path] = file.read()
    def exists(path):
        return os.path.exists(os.path.join(ROOT, path))

    wrong, links = check_pages(pages, exists)
    wrong += check_others(others, exists) + check_readme(pages["README.md"])
    if links < LEAST_LINKS:
        wrong.append(f"only {links} links were found: has their form changed?")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
