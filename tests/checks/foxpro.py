#!/usr/bin/env python3
"""Holds the programs in client/bindings/foxpro and client/examples against
client/include/shmb_flat.h.

Every function of the header (but the twins in UTF-16, which FoxPro cannot call) is
declared with its types and its parameters' names, and nothing else is; every call
in a program has as many arguments as its declaration, and a buffer that is
written to is passed by reference. The table of README.md says what is where. Then changes one word of each declaration
after the other, and fails where that is not found.
"""
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/foxpro")
FOLDERS = (FOLDER, os.path.join(header.ROOT, "client/examples"))
DECLARING = os.path.join(FOLDER, "shmb.prg")
TYPES = {"int32_t": "INTEGER", "const char *": "STRING", "char *": "STRING @"}


def header_functions():
    """name -> [(FoxPro's type, parameter)]"""
    functions = {}
    for name, (returned, parameters) in header.functions(header.text_of("shmb_flat.h")).items():
        if name.endswith("W"):
            continue
        if returned != "int32_t":
            raise SystemExit(f"{name} returns {returned}, which FoxPro does not know")
        for _, kind, _ in parameters:
            if kind not in TYPES:
                raise SystemExit(f"{name}: FoxPro has no type for {kind}")
        functions[name] = [(TYPES[kind], word) for _, kind, word in parameters]
    return functions


def lines_of(text):
    """Lines of a program without comments, continued ones joined."""
    text = re.sub(r";[ \t]*\n", " ", text)
    lines = []
    for line in text.splitlines():
        if not line.lstrip().startswith("*"):
            lines.append(line.split("&&")[0])
    return lines


def declarations(text, complaints):
    found = {}
    for line in lines_of(text):
        if not re.match(r"\s*DECLARE\b", line):
            continue
        match = re.fullmatch(r"\s*DECLARE INTEGER (\w+) IN shmbclient\.dll\s*(.*?)\s*", line)
        if match is None:
            complaints.append(f"not understood: {line.strip()}")
            continue
        parameters = []
        for parameter in filter(None, [p.strip() for p in match[2].split(",")]):
            parts = re.fullmatch(r"(\w+) (@?)(\w+)", parameter)
            if parts is None:
                complaints.append(f"{match[1]}: not understood: {parameter}")
                continue
            parameters.append((parts[1] + (" @" if parts[2] else ""), parts[3]))
        if match[1] in found:
            complaints.append(f"{match[1]} is declared twice")
        found[match[1]] = parameters
    return found


def arguments(text, start):
    """The arguments of the call whose parenthesis opens before `start`."""
    depth, begin, found, quote = 1, start, [], None
    for i in range(start, len(text)):
        c = text[i]
        if quote:
            quote = None if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
            if depth == 0:
                last = text[begin:i].strip()
                return found + [last] if found or last else []
        elif c == "," and depth == 1:
            found.append(text[begin:i].strip())
            begin = i + 1
    return None


def check_calls(file, text, functions, complaints):
    count = 0
    for line in lines_of(text):
        if re.match(r"\s*DECLARE\b", line):
            continue
        for match in re.finditer(r"\b(shmbf_\w+)\s*\(", line):
            name, count = match[1], count + 1
            given = arguments(line, match.end())
            if name not in functions or given is None:
                complaints.append(f"{file}: {name} is no function of the header")
                continue
            wanted = functions[name]
            if len(given) != len(wanted):
                complaints.append(f"{file}: {name} is called with {len(given)} arguments, not {len(wanted)}")
                continue
            for argument, (kind, word) in zip(given, wanted):
                if (kind == "STRING @") != argument.startswith("@"):
                    complaints.append(f"{file}: {name}: {word} is given as {argument}, and is {kind}")
    return count


def check_table(programs, complaints):
    """README.md has a row for each function of the header: what makes the call, or why nothing does."""
    every = header.functions(header.text_of("shmb_flat.h"))
    rows, left_out = bindings.table(bindings.read(FOLDER, "README.md"), "shmbf_", every, complaints)
    text = programs[DECLARING]
    for name in every:
        if (name in left_out) == bool(re.search(rf"\b{name}\b", text)):
            complaints.append(f"README.md: {name}: not so in shmb.prg")
    for name in re.findall(r"`(\w[\w.]*)`", " ".join(rows.values())):
        if not re.search(rf"(?:FUNCTION|PROCEDURE) {name.split('.')[-1]}\b|\b{name} = 0", text):
            complaints.append(f"README.md: {name} is not in shmb.prg")


def check(programs, functions):
    complaints = []
    declared = declarations(programs[DECLARING], complaints)
    for name, wanted in functions.items():
        if name not in declared:
            complaints.append(f"{name} is not declared")
        elif declared[name] != wanted:
            complaints.append(f"{name} is declared as {declared[name]}, and is {wanted}")
    for name in declared:
        if name not in functions:
            complaints.append(f"{name} is declared, and not in the header")
    calls = 0
    for file, text in programs.items():
        if file != DECLARING and re.search(r"^\s*DECLARE\b", text, flags=re.M):
            complaints.append(f"{file} declares functions itself")
        calls += check_calls(os.path.basename(file), text, functions, complaints)
    if calls < 15:
        complaints.append(f"only {calls} calls were found")
    return complaints


def mutants(text):
    """The program with one word of one declaration changed."""
    places = [match.span() for match in re.finditer(r"^[ \t]*DECLARE .*?[^;]$", text, flags=re.M | re.S)]
    return bindings.mutants(text, places, r"\b(?!IN\b|DECLARE\b|shmbclient\b|dll\b)\w+\b|@",
                            {"INTEGER": "SHORT", "STRING": "INTEGER", "@": ""})


def main():
    functions, programs, complaints = header_functions(), {}, []
    for path in sorted(p for folder in FOLDERS for p in glob.glob(os.path.join(glob.escape(folder), "*.prg"))):
        with open(path, encoding="ascii") as file:
            programs[path] = file.read()
    check_table(programs, complaints)
    if len(functions) < 15:
        complaints.append(f"only {len(functions)} functions were found")
    text = programs[DECLARING]
    return bindings.hold(f"{len(functions)} functions, {len(programs)} programs", text, mutants(text),
                         lambda other: check({**programs, DECLARING: other}, functions), 100, complaints)


sys.exit(main())
