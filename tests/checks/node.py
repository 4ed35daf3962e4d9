#!/usr/bin/env python3
"""Holds client/bindings/node against client/include/shmb.h.

  node.py           complains of what differs, and then of each change that it does not notice
  node.py --write   writes the prototypes and structures of shmb.js anew, from the header and the README

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
# The type, and what its constants begin with in the header.
CONSTANTS = {"Kind": "SHMB_KIND_", "State": "SHMB_STATE_", "Flag": "SHMB_FLAG_", "LockFlag": "SHMB_LOCK_",
             "Reason": "SHMB_REASON_", "Result":
             r"SHMB_(?!REQUEST_|VERSION_(?!MISMATCH)|READ$|WRITE$|RECHECK_MS|INFINITE|\w*_SIZE|\w*_(?:MIN|MAX))"}
# The file, and how one of its types stands there.
FORMS = {"shmb.js": r"const %s = Object\.freeze\(\{(.*?)\}\)",
         "shmb.d.ts": r"export const %s: Readonly<\{(.*?)\}>"}
# What is made from the header, in shmb.js.
DECLARED = r"const structures = \{\n.*?\n\];\n"


def type_of(annotation, kind, word):
    """A type of C as koffi reads it, with the parameter's name."""
    base, stars = header.pointed(kind)
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


def declared(text, without):
    lines = ["const structures = {"]
    for name, members in structures(text).items():
        lines += [f"    {name}: [", *[f"        '{member}'," for member in members], "    ],"]
    lines += ["};", "const prototypes = ["]
    lines += [f"    '{prototype}'," for prototype in prototypes(text, without).values()]
    return "\n".join([*lines, "];"]) + "\n"


def wanted(constants, file):
    """The constants of the header that the file has: (file and type, name) -> value"""
    return {(f"{file}: {kind}", word): value
            for (kind, word), value in bindings.named(constants, CONSTANTS, str).items()}


def enumerations(source, file):
    """The constants that the file has."""
    found = {}
    for kind in CONSTANTS:
        block = re.search(FORMS[file] % kind, source, flags=re.S)
        found.update({(f"{file}: {kind}", name): int(value, 0) for name, value in re.findall(
            r"(\w+)\s*[:=]\s*(-?\w+)", block[1] if block else "")})
    return found


class Node(bindings.Package):
    FOLDER, COMMAND, LEAST = FOLDER, "node.py", 250
    NUMBERS = bindings.Package.NUMBERS + r"|SHMB_(?=READ |WRITE )"

    def sources(self):
        return ["shmb.js", "shmb.d.ts", "package.json"]

    def generated(self, text, left_out):
        before, after = re.split(DECLARED, bindings.read(FOLDER, "shmb.js"), flags=re.S)
        return {"shmb.js": before + declared(text, left_out) + after}

    def called(self, name):
        return rf"\bcalls\.{name}\b"

    def code(self, others):
        return bindings.read(FOLDER, "shmb.js") # made only in part

    def check(self, text, rows, sources):
        complaints, constants = [], header.constants(text)
        source, types, version = sources["shmb.js"], sources["shmb.d.ts"], bindings.version()
        for file in FORMS:
            bindings.compare(enumerations(sources[file], file), wanted(constants, file), complaints)
        for name in ("READ", "WRITE"):
            value = constants.get("SHMB_" + name)
            if not re.search(rf"\b{name} = {value}\b", source) or f"export const {name}: {value};" not in types:
                complaints.append(f"{name} is not {value}")
        for name in ("REQUEST_MANUAL_RESET", "REQUEST_SET"):
            if not re.search(rf"\b{name} = {constants.get('SHMB_' + name):#x}\b", source):
                complaints.append(f"{name} is not the header's")
        if not re.search(rf"\bINFINITE = {constants.get('SHMB_INFINITE'):#x}\b", source, flags=re.I):
            complaints.append("INFINITE is not the header's")
        exports = set(re.findall(r"\w+", re.search(r"module\.exports = \{(.*?)\}", source, flags=re.S)[1]))
        typed = set(re.findall(r"^export (?:class|const|function) (\w+)", types, flags=re.M))
        complaints += [f"{name} is exported by one of shmb.js and shmb.d.ts only" for name in sorted(exports ^ typed)]
        if json.loads(sources["package.json"])["version"] != version:
            complaints.append(f"package.json: the version is not {version}")
        if f"shmbroker-{version}.tgz" not in sources["README.md"]:
            complaints.append(f"README.md: the version is not {version}")
        return complaints


sys.exit(Node().main())
