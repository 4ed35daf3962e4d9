#!/usr/bin/env python3
"""Holds client/bindings/node against client/include/shmb.h.

  node.py         complains of what differs, and then of each change that it does not notice
  node.py --write writes the prototypes and structures of shmb.js anew, from the header and the README

The table of README.md has a row for each function: what of the package calls it, or why nothing
does; then it is not declared. The constants of shmb.js and shmb.d.ts have the header's names and
values; what shmb.d.ts exports is what shmb.js exports; the version in package.json and README.md is
that of CMakeLists.txt.
"""
import json
import os
import re
import sys

sys.dont_write_bytecode = True
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/node")
HANDLES = {"shmb_segment", "shmb_queue", "shmb_list", "shmb_subscription"}
CONSTANTS = {"Result": "", "Kind": "KIND_", "State": "STATE_", "Flag": "FLAG_", "LockFlag": "LOCK_"}
NOT_RESULTS = r"(KIND|STATE|FLAG|LOCK|VERSION)_(?!MISMATCH)|.*(SIZE|_MIN|_MAX|RECHECK_MS|INFINITE|VERSION$)|READ$|WRITE$"


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def type_of(annotation, kind, word):
    """A type of C as koffi reads it, with the parameter's name."""
    base, stars = kind.replace("const ", "").rstrip("*").strip(), kind.count("*")
    way = {"_Inout_": "_Inout_ ", "_Inout_opt_": "_Inout_ "}.get(annotation, "")
    if annotation.startswith("_Out"):
        way = "_Out_ "
    if base in HANDLES:
        return f"_Out_ void **{word}" if stars == 2 else f"void *{word}"
    if base == "void":
        if stars == 2: # a Win32 handle
            return f"_Out_ uintptr_t *{word}"
        return f"{'const ' if kind.startswith('const') else ''}uint8_t *{word}" if not way else f"{way}uint8_t *{word}"
    if base == "char" and stars == 1 and way:
        return f"_Out_ uint8_t *{word}"
    return f"{way}{kind}{'' if stars else ' '}{word}"


def prototypes(text, without):
    """name -> prototype, of the functions that are declared"""
    return {name: f"{returned}{'' if returned.endswith('*') else ' '}__stdcall {name}("
                  f"{', '.join(type_of(*one) for one in parameters) or 'void'})"
            for name, (returned, parameters) in header.functions(text).items() if name not in without}


def structures(text):
    """name -> members as in shmb.js"""
    numbers = header.constants(text)
    return {name: [f"{kind}{'' if kind.endswith('*') else ' '}{word}" +
                   (f"[{numbers.get(array, array)}]" if array else "") for kind, word, array in members]
            for name, members in header.structs(text).items()}


def generated(text, without):
    lines = ["const structures = {"]
    for name, members in structures(text).items():
        lines += [f"    {name}: [", *[f"        '{member}'," for member in members], "    ],"]
    lines += ["};", "const prototypes = ["]
    lines += [f"    '{prototype}'," for prototype in prototypes(text, without).values()]
    return "\n".join([*lines, "];"]) + "\n"


def wanted(text):
    """type -> {name: value} of the header's constants"""
    found = {kind: {} for kind in CONSTANTS}
    for name, value in header.constants(text).items():
        word = name[5:]
        for kind, prefix in CONSTANTS.items():
            if prefix and word.startswith(prefix):
                found[kind][word[len(prefix):]] = value
        if not re.match(NOT_RESULTS, word):
            found["Result"][word] = value
    return found


def enumeration(source, kind, form):
    block = re.search(form % kind, source, flags=re.S)
    return {name: int(value, 0) for name, value in
            re.findall(r"(\w+)\s*[:=]\s*(-?\w+)", block[1])} if block else {}


def check(text, fast, readme, sources):
    complaints = []
    functions = [*header.functions(text), *header.functions(fast)]
    without = bindings.table(readme, "shmb_", functions, complaints)[1]
    source, types = sources["shmb.js"], sources["shmb.d.ts"]
    if generated(text, without) not in source:
        complaints.append("shmb.js does not declare what the header says: node.py --write does")
    for name in header.functions(text):
        if name not in without and not re.search(rf"\bcalls\.{name}\b", source):
            complaints.append(f"{name} is declared, and nothing calls it")
    for kind, values in wanted(text).items():
        for file, form in (("shmb.js", r"const %s = Object\.freeze\(\{(.*?)\}\)"),
                           ("shmb.d.ts", r"export const %s: Readonly<\{(.*?)\}>")):
            found = enumeration(sources[file], kind, form)
            for name in sorted(values.keys() | found.keys()):
                if values.get(name) != found.get(name):
                    complaints.append(f"{file}: {kind}.{name} is {found.get(name)}, in the header {values.get(name)}")
    for name in ("READ", "WRITE"):
        value = header.constants(text).get("SHMB_" + name)
        if not re.search(rf"\b{name} = {value}\b", source) or f"export const {name}: {value};" not in types:
            complaints.append(f"{name} is not {value}")
    if not re.search(rf"\bINFINITE = {header.constants(text).get('SHMB_INFINITE'):#x}\b", source, flags=re.I):
        complaints.append("INFINITE is not the header's")
    exports = set(re.findall(r"\w+", re.search(r"module\.exports = \{(.*?)\}", source, flags=re.S)[1]))
    typed = set(re.findall(r"^export (?:class|const|function) (\w+)", types, flags=re.M))
    complaints += [f"{name} is exported by one of shmb.js and shmb.d.ts only" for name in sorted(exports ^ typed)]
    version = bindings.version()
    if json.loads(sources["package.json"])["version"] != version:
        complaints.append(f"package.json: the version is not {version}")
    if f"shmbroker-{version}.tgz" not in readme:
        complaints.append(f"README.md: the version is not {version}")
    return complaints


def main():
    text, fast, readme = header.text_of("shmb.h"), header.text_of("shmb_fast.h"), read("README.md")
    without = bindings.table(readme, "shmb_", (), [])[1]
    if sys.argv[1:] == ["--write"]:
        source = re.sub(r"const structures = \{\n.*?\n\];\n", lambda _: generated(text, without), read("shmb.js"),
                        count=1, flags=re.S)
        with open(os.path.join(FOLDER, "shmb.js"), "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
        return 0
    sources = {name: read(name) for name in ("shmb.js", "shmb.d.ts", "package.json")}
    changed = bindings.mutants(text, bindings.calls(text, without) + bindings.data(
        text, r"SHMB_(?:KIND|STATE|FLAG|LOCK)_|SHMB_(?=NO_|NOT_|BAD_|READ |WRITE )"))
    return bindings.hold(f"{len(header.functions(text))} functions", text, changed, lambda other: check(other, fast, readme, sources), 250)


if __name__ == "__main__":
    sys.exit(main())
