#!/usr/bin/env python3
"""Finds circles in what is built: of headers, calls, modules and folders.

  circles.py BUILD_DIR [--mixed] [--figures]
                              one line for each circle, and 1; or how many modules, and 0
  circles.py --self-test CC   whether circles made on purpose are found, with compiler CC

A module is a .c file with the .h of its name, or a header alone; a folder is one below service/,
client/ or config/. Everything comes from the build: compile_commands.json, the compiler's
dependency files (in ninja's database, else *.d), and the symbols of the objects.

By header: an #include line, followed to the file that the compiler took for it, so that a header
alone has arrows, too. Whatever else the compiler read is an arrow as well (none today): sets that
are complete in this way have the same circles as the lines alone.
By symbol: an object needs a name that another one defines; a table of functions counts. Of
several that define it, those in the same target, or else in the same part of the tree, are meant.

A folder of more than MODULES_MOST modules is reported, too.

Headers (from file to file) and calls (from .c to .c) must each be without a circle; between
folders every arrow counts. --mixed also shows circles of modules in which headers and calls are
mixed: a.c calls b.c, which includes a.h for no more than its types.
"""
import collections
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

PARTS = ("service", "client", "config")
MODULES_MOST = 15
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.M)
DEFINES = set("TDBRCVWG")


class Trouble(Exception):
    pass


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"{' '.join(command[:4])}: {done.stderr.strip()}")
    return done.stdout


def cached(build, name):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(rf"^{name}:\w+=(.*)$", cache.read(), re.M)
    if not found:
        raise Trouble(f"{build}/CMakeCache.txt has no {name}")
    return found[1]


class Unit:
    """One compilation: source, object, target, include folders, and what it read of the product."""

    def __init__(self, entry):
        self.base = entry["directory"]
        words = shlex.split(entry["command"]) if "command" in entry else entry["arguments"]
        self.source = self.at(entry["file"])
        self.name = words[words.index("-o") + 1] if "-o" in words else entry["output"]
        self.object = self.at(self.name)
        self.target = re.split(r"\.(?:dir|p)/", self.name)[0]
        self.folders = []
        for word, after in zip(words, words[1:] + [""]):
            found = re.match(r"-(?:I|isystem|iquote)(.*)", word)
            if found:
                self.folders.append(self.at(found[1] or after))
        self.read = set()

    def at(self, path):
        return os.path.realpath(os.path.join(self.base, path))


class Tree:
    def __init__(self, build):
        self.root = os.path.realpath(cached(build, "CMAKE_HOME_DIRECTORY"))
        self.text, self.headers, self.symbols = {}, {}, {}
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
            units = [Unit(entry) for entry in json.load(commands) if entry["file"].endswith(".c")]
        self.units = [unit for unit in units if self.ours(unit.source)]
        if not self.units:
            raise Trouble(f"{build}: nothing of {', '.join(PARTS)} is compiled here")
        self.read_dependencies(build)
        files = set().union(*(unit.read for unit in self.units))
        self.files = collections.defaultdict(set)
        for path in files:
            self.files[self.module(path)].add(path)
        for unit in self.units:
            self.read_includes(unit)
        self.read_symbols(cached(build, "CMAKE_NM"))
        self.arrows = {module: {} for module in self.files}
        self.calls = {module: {} for module in self.files}
        self.lines = {path: {} for path in map(self.short, files)}
        for (path, other), reason in self.symbols.items():
            self.calls[self.module(path)][self.module(other)] = reason
            self.arrows[self.module(path)][self.module(other)] = reason
        for (path, other), reason in sorted(self.headers.items(), reverse=True):
            self.lines[self.short(path)][self.short(other)] = reason
            if self.module(path) != self.module(other):  # a header is the better reason
                self.arrows[self.module(path)][self.module(other)] = reason

    def short(self, path):
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def ours(self, path):
        return path.endswith((".c", ".h")) and self.short(path).split("/")[0] in PARTS

    def module(self, path):
        return os.path.splitext(self.short(path))[0]

    def read_dependencies(self, build):
        known = {}
        if os.path.exists(os.path.join(build, "build.ninja")):
            for block in run("ninja", "-C", build, "-t", "deps").split("\n\n"):
                head, *paths = block.strip().split("\n")
                known[head.split(": #deps")[0]] = [path.strip() for path in paths]
        for unit in self.units:
            paths = known.get(unit.name)
            if not paths:
                for name in (unit.object + ".d", os.path.splitext(unit.object)[0] + ".d"):
                    if os.path.exists(name):
                        with open(name, encoding="utf-8") as rule:
                            text = rule.read().replace("\\\n", " ").split(": ", 1)[1]
                        paths = re.sub(r"\\ ", "\0", text.split("\n")[0]).split()
                        paths = [path.replace("\0", " ") for path in paths]
                        break
            if not paths or not os.path.exists(unit.object):
                raise Trouble(f"{unit.name}: not built, or without dependencies: build first")
            unit.read = {path for path in map(unit.at, paths) if self.ours(path)} | {unit.source}

    def read(self, path):
        if path not in self.text:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.text[path] = (INCLUDE.findall(text), text.count("\n"))
        return self.text[path]

    def includes(self, path):
        return self.read(path)[0]

    def count(self, path):
        return self.read(path)[1]

    def read_includes(self, unit):
        seen, todo = {unit.source}, [unit.source]
        while todo:
            path = todo.pop()
            for name in self.includes(path):
                for folder in [os.path.dirname(path)] + unit.folders:
                    found = os.path.normpath(os.path.join(folder, name))
                    if found in unit.read:
                        self.note(self.headers, path, found, f"includes {os.path.basename(found)}")
                        if found not in seen:
                            seen.add(found)
                            todo.append(found)
                        break
        for path in unit.read - seen:
            self.note(self.headers, unit.source, path, f"reads {os.path.basename(path)}")

    def note(self, reasons, path, other, reason):
        if path != other:
            reason = f"{os.path.basename(path)} {reason}"
            reasons[path, other] = min(reason, reasons.get((path, other), reason))

    def read_symbols(self, nm):
        units = {unit.object: unit for unit in self.units}
        defined, needed = collections.defaultdict(list), []
        for line in run(nm, "-A", "-P", "-g", *units).splitlines():
            path, rest = line.rsplit(": ", 1)
            symbol, kind = rest.split()[:2]
            if symbol.lstrip("_").startswith("stack_chk_"):
                continue  # the compiler's own calls
            if kind in "Uwv":
                needed.append((units[path], re.sub("^__imp_", "", symbol)))
            elif kind in DEFINES:
                defined[symbol].append(units[path])
        for unit, symbol in needed:
            part = self.short(unit.source).split("/")[0]
            makers = defined.get(symbol, [])
            near = [other for other in makers if other.target == unit.target] or [
                other for other in makers if self.short(other.source).split("/")[0] == part
            ]
            for other in near or makers:
                self.note(self.symbols, unit.source, other.source, f"uses {symbol}")

    def folder_arrows(self):
        arrows = {os.path.dirname(module): {} for module in self.files}
        for a in sorted(self.arrows):
            for b, reason in sorted(self.arrows[a].items()):
                one, two = os.path.dirname(a), os.path.dirname(b)
                if one != two:
                    arrows[one].setdefault(two, f"{reason} of {os.path.basename(b)}"
                                           if " uses " in reason else reason)
        return arrows


def shortest(arrows, start, goal):
    """The shortest way from start to goal, as a list of nodes, or None."""
    before, todo = {start: None}, collections.deque([start])
    while todo:
        node = todo.popleft()
        if node == goal:
            way = []
            while node is not None:
                way.append(node)
                node = before[node]
            return way[::-1]
        for other in sorted(arrows[node]):
            if other not in before:
                before[other] = node
                todo.append(other)
    return None


def circles(arrows, covered=()):
    """So many circles that each arrow which is in any, and not covered, is in one of them."""
    covered, found = set(covered), []
    for a in sorted(arrows):
        for b in sorted(arrows[a]):
            way = None if (a, b) in covered else shortest(arrows, b, a)
            if way:
                circle = [a] + way
                covered.update(zip(circle, circle[1:]))
                found.append(circle)
    return found


def told(what, circle, arrows):
    line = f"circle of {what}: {circle[0]}"
    for a, b in zip(circle, circle[1:]):
        line += f" -> {b} ({arrows[a][b]})"
    return line


def levels(modules, headers):
    """The longest chain of includes between these modules; a circle is one level."""
    arrows = {a: [b for b in modules if b in headers[a]] for a in modules}
    reach = {}
    for start in modules:
        seen, todo = set(), [start]
        while todo:
            for other in arrows[todo.pop()]:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        reach[start] = seen
    depth = {}
    for module in sorted(modules, key=lambda m: len(reach[m] | {m})):
        below = (depth[other] for other in reach[module] if module not in reach[other])
        depth[module] = 1 + max(below, default=0)
    return max(depth.values())


def print_figures(tree):
    folders, headers = collections.defaultdict(list), collections.defaultdict(set)
    for module in tree.files:
        folders[os.path.dirname(module)].append(module)
    for path, other in tree.headers:
        if tree.module(path) != tree.module(other):
            headers[tree.module(path)].add(tree.module(other))
    print(f"{'modules':>7} {'levels':>6} {'lines':>6}  {'folder':<32} longest file")
    total = 0
    for folder, modules in sorted(folders.items(), key=lambda item: (-len(item[1]), item[0])):
        lines = {path: tree.count(path) for module in modules for path in tree.files[module]}
        longest = max(sorted(lines), key=lines.get)
        total += sum(lines.values())
        print(f"{len(modules):7} {levels(modules, headers):6} {sum(lines.values()):6}  "
              f"{folder:<32} {os.path.basename(longest)} {lines[longest]}")
    print(f"{len(tree.files):7} {'':6} {total:6}  in all")


def find(build, mixed):
    tree = Tree(build)
    folders, covered, lines = tree.folder_arrows(), set(), []
    for what, arrows in (("headers", tree.lines), ("calls", tree.calls),
                         ("modules", tree.arrows if mixed else {}), ("folders", folders)):
        for circle in circles(arrows, covered):
            lines.append(told(what, circle, arrows))
            circle = [re.sub(r"\.[ch]$", "", node) for node in circle]
            covered.update(zip(circle, circle[1:]))
    return tree, len(folders), lines


CLEAN = {
    "service/one/top.c": '#include "decl.h"\n#include "low.h"\n'
                         "int top(void) { return low() + side(); }",
    "service/one/decl.h": "int top(void); int side(void); int deep(void);",
    "service/one/low.h": '#include "types.h"\nint low(void);',
    "service/one/low.c": '#include "low.h"\nint low(void) { return 1; }',
    "service/one/types.h": "typedef int number;",
    "service/two/side.c": "int side(void); int side(void) { return 2; }",
    "service/two/deep.c": "int deep(void); int deep(void) { return 3; }",
}
# what is changed for it, and what the circles found have in them
BAD = {
    "of headers alone": (
        {"service/one/types.h": '#ifndef T\n#define T\n#include "more.h"\n#endif',
         "service/one/more.h": '#include "types.h"'},
        ["headers: service/one/more.h -> service/one/types.h (more.h includes types.h) -> "
         "service/one/more.h (types.h includes more.h)"]),
    "of a header and a call": (
        {"service/one/top.c": '#include "decl.h"\n#include "low.h"\nint top(void) { return 1; }',
         "service/one/low.c": '#include "decl.h"\nint low(void); int low(void) { return top(); }'},
        ["modules: service/one/low -> service/one/top (low.c uses top) -> "
         "service/one/low (top.c includes low.h)"]),
    "of calls, one of them through a table": (
        {"service/two/side.c": "int deep(void), side(void); int (*const side_table[])(void);\n"
         "int (*const side_table[])(void) = {deep}; int side(void) { return side_table[0](); }",
         "service/two/deep.c": "int deep(void), side(void); int deep(void) { return side(); }"},
        ["calls: service/two/deep -> service/two/side (deep.c uses side) -> "
         "service/two/deep (side.c uses deep)"]),
    "of folders, with none of modules": (
        {"service/two/deep.c": "int low(void), deep(void); int deep(void) { return low(); }"},
        ["folders: service/one -> service/two (top.c uses side of side) -> "
         "service/one (deep.c uses low of low)"]),
}


def self_test(cc):
    nm = run(cc, "-print-prog-name=nm").strip()
    symbol = re.compile(r"(?<=uses )_(?=\w)")  # 32-bit names
    good = True
    for what, (changed, expected) in {"clean": ({}, []), **BAD}.items():
        with tempfile.TemporaryDirectory() as root:
            root = os.path.realpath(root)
            commands = []
            for name, text in {**CLEAN, **changed}.items():
                os.makedirs(os.path.join(root, os.path.dirname(name)), exist_ok=True)
                with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                    file.write(text + "\n")
            for source in sorted(glob.glob("**/*.c", root_dir=root, recursive=True)):
                for target in ("one", "twin"):  # compiled twice, as the client library is
                    made = f"{target}.dir/{os.path.basename(source)}.o"
                    os.makedirs(os.path.join(root, f"{target}.dir"), exist_ok=True)
                    command = [cc, "-MMD", "-MF", f"{root}/{made}.d", "-o", f"{root}/{made}", "-c",
                               os.path.join(root, source)]
                    run(*command)
                    commands.append({"directory": root, "file": os.path.join(root, source),
                                     "arguments": command})
            with open(os.path.join(root, "compile_commands.json"), "w", encoding="utf-8") as file:
                json.dump(commands, file)
            with open(os.path.join(root, "CMakeCache.txt"), "w", encoding="utf-8") as file:
                file.write(f"CMAKE_HOME_DIRECTORY:INTERNAL={root}\nCMAKE_NM:FILEPATH={nm}\n")
            found = [symbol.sub("", line) for line in find(root, True)[2]]
        if found != [f"circle of {line}" for line in expected]:
            print(f"a tree with circles {what}: found {found}")
            good = False
    return good


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--self-test":
        return 0 if self_test(arguments[1]) else 1
    folders = [word for word in arguments if word not in ("--mixed", "--figures")]
    if len(folders) != 1 or folders[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    tree, count, lines = find(folders[0], "--mixed" in arguments)
    sizes = collections.Counter(os.path.dirname(module) for module in tree.files)
    lines += [f"{folder}: {size} modules; at most {MODULES_MOST} are one room"
              for folder, size in sorted(sizes.items()) if size > MODULES_MOST]
    if "--figures" in arguments:
        print_figures(tree)
    print("\n".join(lines) or f"{len(tree.files)} modules in {count} folders, no circle"
          f"{'' if '--mixed' in arguments else ' of headers, of calls or of folders'}")
    return 1 if lines else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Trouble, OSError) as trouble:
        print(f"circles.py: {trouble}", file=sys.stderr)
        sys.exit(2)
