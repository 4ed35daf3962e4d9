#!/usr/bin/env python3
"""Holds client/bindings/pascal against client/include/shmb.h.

  pascal.py           complains of what differs, and then of each change that it does not notice
  pascal.py --write   writes shmbapi.pas anew, from the header and the README

shmbapi.pas is made from the header: a declaration for each function, its structures and its
constants. The table of README.md has a row for each function: what of shmb.pas calls it, or why
nothing does; then it is not declared. The version of the packages is that of CMakeLists.txt.
"""
import json
import os
import re
import sys

sys.dont_write_bytecode = True
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/pascal")
NUMBERS = {"uint32_t": "Cardinal", "int32_t": "Integer", "uint64_t": "UInt64", "char": "AnsiChar",
           "shmb_wchar": "WideChar"}
RESERVED = ("result",)
START = """\
// Made by tests/checks/pascal.py from client/include/shmb.h: do not edit.
//
// The calls of shmbclient.dll as the C header has them; shmb.h is their reference. shmb.pas has
// classes for them. A name that Pascal cannot tell from another one has an underscore at its end.
unit shmbapi;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$A8}

interface

const
  SHMB_DLL = 'shmbclient.dll';
"""


def word_of(word):
    return word + "_" if word in RESERVED else word


def constant(name, functions):
    """Pascal does not tell SHMB_READ from shmb_read: such a constant has an underscore at its end."""
    return name + "_" if name.lower() in functions else name


def pointer(base):
    """What points to a type."""
    if base == "void":
        return "Pointer"
    return "P" + NUMBERS.get(base, base)


def parameter(annotation, kind, word):
    """A parameter in Pascal: what may be nil is a pointer."""
    base, stars = header.pointed(kind)
    if stars == 0:
        return f"{word_of(word)}: {NUMBERS[base]}"
    if stars == 2 and base == "void" and not kind.startswith("const") and word in ("handle", "event"):
        return f"out {word}: THandle"
    if stars == 2:
        return (f"{word}: P{pointer(base)}" if "_opt_" in annotation else f"out {word}: {pointer(base)}")
    if annotation == "_Out_":
        return f"out {word}: {NUMBERS.get(base, base)}"
    if annotation == "_Inout_" and not is_handle(base):
        return f"var {word}: {NUMBERS.get(base, base)}"
    return f"{word}: {pointer(base)}"


HANDLES = header.handles(header.text_of("shmb.h"))


def is_handle(base):
    return base in HANDLES


def declaration(name, returned, parameters):
    inner = "; ".join(parameter(*one) for one in parameters)
    kind = "PAnsiChar" if "*" in returned else NUMBERS[returned]
    return f"function {name}{'(' + inner + ')' if inner else ''}: {kind}; stdcall; external SHMB_DLL;"


def size_of(members, constants, pointer_bytes):
    """Bytes of a structure whose members need no padding."""
    bytes_of = {"uint32_t": 4, "int32_t": 4, "uint64_t": 8, "char": 1}
    total = 0
    for kind, _, array in members:
        width = pointer_bytes if "*" in kind else bytes_of[kind]
        if total % width != 0:
            raise ValueError(f"a member of {width} bytes at {total}: padding")
        total += width * (constants.get(array.rstrip("uU")) or int(array) if array else 1)
    return total


def structure(name, members, constants):
    lines = [f"  {name} = record"]
    for kind, word, array in members:
        if "*" in kind:
            lines.append(f"    {word}: {pointer(header.pointed(kind)[0])};")
        elif array is None:
            lines.append(f"    {word}: {NUMBERS[kind]};")
        else:
            size = constants.get(array.rstrip("uU"), array)
            lines.append(f"    {word}: array[0..{int(size) - 1}] of {NUMBERS[kind]};")
    return "\n".join(lines + ["  end;", f"  P{name} = ^{name};"])


def declarations(text, left_out):
    """shmbapi.pas"""
    constants, structs, functions = header.constants(text), header.structs(text), header.functions(text)
    version = re.search(r'#define SHMB_VERSION\s+"(.*)"', text)[1]
    parts = [START + f"  {constant('SHMB_VERSION', functions)} = '{version}';"]
    for name, value in constants.items():
        parts.append(f"  {constant(name, functions)} = {'$%X' % value if value > 9999 else value};")
    parts.append("\ntype")
    for name in header.handles(text):
        parts.append(f"  {name} = record end;\n  P{name} = ^{name};")
        if re.search(rf"_opt_ {name} \*\*", text):
            parts.append(f"  PP{name} = ^P{name};")
    parts.append("  PPAnsiChar = ^PAnsiChar;\n")
    parts.append("\n\n".join(structure(name, members, constants) for name, members in structs.items()))
    parts.append("")
    parts += [declaration(name, *rest) for name, rest in functions.items() if name not in left_out]
    parts.append("\nimplementation\n")
    for name, members in structs.items():
        wide, narrow = (size_of(members, constants, width) for width in (8, 4))
        condition = f"SizeOf({name}) <> {wide}" if wide == narrow else \
            f"(SizeOf({name}) <> {wide}) and (SizeOf({name}) <> {narrow})"
        parts.append(f"{{$IF {condition}}}{{$MESSAGE FATAL 'the layout of {name} differs'}}{{$IFEND}}")
    return "\n".join(parts + ["\nend.\n"])


def without_comments(source):
    return re.sub(r"\{.*?\}|//.*?$", "", source, flags=re.S | re.M)


class Pascal(bindings.Package):
    FOLDER, COMMAND, LEAST = FOLDER, "pascal.py", 250

    def sources(self):
        return ["shmbapi.pas", "shmb.pas", "boss.json", "shmbroker.lpk"]

    def generated(self, text, left_out):
        return {"shmbapi.pas": declarations(text, left_out)}

    def called(self, name):
        return rf"\b{name}\b"

    def code(self, others):
        return without_comments(others["shmb.pas"]).split("\nimplementation\n")[1]

    def check(self, text, rows, sources):
        complaints, code = [], without_comments(sources["shmb.pas"])
        for names in re.findall(r"`(\w[\w.]*)`", " ".join(rows.values())):
            if not re.search(rf"\b{names.split('.')[-1]}\b", code):
                complaints.append(f"README.md: {names} is not in shmb.pas")
        lpk = re.search(r'<Version Major="(\d+)"(?: Minor="(\d+)")?(?: Release="(\d+)")?/>', sources["shmbroker.lpk"])
        for file, version, wanted in (
                ("boss.json", json.loads(sources["boss.json"])["version"], bindings.version()),
                ("shmbroker.lpk", ".".join(number or "0" for number in lpk.groups()),
                 bindings.version().partition("-")[0])):
            if version != wanted:
                complaints.append(f"{file} has version {version}, CMakeLists.txt {wanted}")
        return complaints

    def changed(self, text, left_out):
        return bindings.mutants(text, bindings.calls(text, left_out) + bindings.data(text, "SHMB_(?!STRUCT)"),
                                r"\b(?!(?:const|size|count)\b|_)\w+")


sys.exit(Pascal().main())
