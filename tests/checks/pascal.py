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


def read(path):
    with open(os.path.join(FOLDER, path), encoding="utf-8") as file:
        return file.read()


def word_of(word):
    return word + "_" if word in RESERVED else word


def constant(name, text):
    """Pascal does not tell SHMB_READ from shmb_read: such a constant has an underscore at its end."""
    return name + "_" if name.lower() in header.functions(text) else name


def pointer(base):
    """What points to a type."""
    if base == "void":
        return "Pointer"
    return "P" + NUMBERS.get(base, base)


def parameter(annotation, kind, word):
    """A parameter in Pascal: what may be nil is a pointer."""
    base = kind.replace("const ", "").rstrip("*").strip()
    stars = kind.count("*")
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


def is_handle(base):
    return base in header.handles(header.text_of("shmb.h"))


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
            raise SystemExit(f"a member of {width} bytes at {total}: padding")
        total += width * (constants.get(array.rstrip("uU")) or int(array) if array else 1)
    return total


def structure(name, members, constants):
    lines = [f"  {name} = record"]
    for kind, word, array in members:
        if "*" in kind:
            base = kind.replace("const ", "").rstrip("*").strip()
            lines.append(f"    {word}: {pointer(base)};")
        elif array is None:
            lines.append(f"    {word}: {NUMBERS[kind]};")
        else:
            size = constants.get(array.rstrip("uU"), array)
            lines.append(f"    {word}: array[0..{int(size) - 1}] of {NUMBERS[kind]};")
    return "\n".join(lines + ["  end;", f"  P{name} = ^{name};"])


def declarations(text, left_out):
    """shmbapi.pas"""
    constants, structs = header.constants(text), header.structs(text)
    version = re.search(r'#define SHMB_VERSION\s+"(.*)"', text)[1]
    parts = [START + f"  {constant('SHMB_VERSION', text)} = '{version}';"]
    for name, value in constants.items():
        parts.append(f"  {constant(name, text)} = {'$%X' % value if value > 9999 else value};")
    parts.append("\ntype")
    for name in header.handles(text):
        parts.append(f"  {name} = record end;\n  P{name} = ^{name};")
        if re.search(rf"_opt_ {name} \*\*", text):
            parts.append(f"  PP{name} = ^P{name};")
    parts.append("  PPAnsiChar = ^PAnsiChar;\n")
    parts.append("\n\n".join(structure(name, members, constants) for name, members in structs.items()))
    parts.append("")
    parts += [declaration(name, *rest) for name, rest in header.functions(text).items() if name not in left_out]
    parts.append("\nimplementation\n")
    for name, members in structs.items():
        wide, narrow = (size_of(members, constants, width) for width in (8, 4))
        condition = f"SizeOf({name}) <> {wide}" if wide == narrow else \
            f"(SizeOf({name}) <> {wide}) and (SizeOf({name}) <> {narrow})"
        parts.append(f"{{$IF {condition}}}{{$MESSAGE FATAL 'the layout of {name} differs'}}{{$IFEND}}")
    return "\n".join(parts + ["\nend.\n"])


def versions():
    """file -> the version that it has"""
    found = {"boss.json": json.loads(read("boss.json"))["version"]}
    lpk = re.search(r'<Version Major="(\d+)"(?: Minor="(\d+)")?(?: Release="(\d+)")?/>', read("shmbroker.lpk"))
    found["shmbroker.lpk"] = ".".join(number or "0" for number in lpk.groups())
    return found


def check_versions(complaints):
    with open(os.path.join(header.ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        text = file.read()
    number = re.search(r"project\(\w+\s+VERSION (\d+\.\d+\.\d+)", text)[1]
    prerelease = re.search(r'set\(SHMB_PRERELEASE "(.*?)"', text)[1]
    wanted = {"boss.json": number + prerelease, "shmbroker.lpk": number}
    for file, version in versions().items():
        if version != wanted[file]:
            complaints.append(f"{file} has version {version}, CMakeLists.txt {wanted[file]}")


def check(text, fast, readme, sources):
    complaints = []
    rows, left_out = header.table(readme, "shmb_", complaints)
    functions = [*header.functions(text), *header.functions(fast)]
    complaints += [f"README.md: no row for {name}" for name in functions if name not in rows]
    complaints += [f"README.md: {name} is not in the header" for name in rows if name not in functions]
    if sources["shmbapi.pas"] != declarations(text, left_out):
        complaints.append("shmbapi.pas is not what the header says: pascal.py --write makes it anew")
    code = re.sub(r"\{.*?\}|//.*?$", "", sources["shmb.pas"], flags=re.S | re.M)
    implementation = code.split("\nimplementation\n")[1]
    for name in header.functions(text):
        if name not in left_out and not re.search(rf"\b{name}\b", implementation):
            complaints.append(f"{name} is declared, and nothing in shmb.pas calls it")
    for names in re.findall(r"`(\w[\w.]*)`", " ".join(says for says in rows.values())):
        if not re.search(rf"\b{names.split('.')[-1]}\b", code):
            complaints.append(f"README.md: {names} is not in shmb.pas")
    return complaints


def mutants(text, left_out):
    """The header with one word of a function or structure, or one number, changed."""
    places = [match.span(1) for match in re.finditer(
        r"SHMB_CALL\s+((\w+)\s*\((?:[^()]|\([^()]*\))*\))", text) if match[2] not in left_out]
    places += [match.span(1) for match in re.finditer(r"typedef struct \w+ \{([^(]*?)\}", text)]
    places += [match.span(1) for match in re.finditer(r"#define SHMB_(?!STRUCT)\w+\s+\(?-?(\w+)", text)]
    changes = {"uint32_t": "uint64_t", "uint64_t": "uint32_t", "int32_t": "uint32_t", "char": "uint32_t",
               "shmb_wchar": "char"}
    for start, end in places:
        for word in re.finditer(r"\w+", text[start:end]):
            # what is of no meaning in Pascal
            if word[0] in ("const", "size", "count") or word[0].startswith("_"):
                continue
            other = changes.get(word[0], word[0] + "9")
            yield word[0], text[:start + word.start()] + other + text[start + word.end():]


def main():
    text, fast, readme = header.text_of("shmb.h"), header.text_of("shmb_fast.h"), read("README.md")
    left_out = header.table(readme, "shmb_", [])[1]
    if sys.argv[1:] == ["--write"]:
        with open(os.path.join(FOLDER, "shmbapi.pas"), "w", encoding="utf-8", newline="\n") as file:
            file.write(declarations(text, left_out))
        return 0
    sources = {name: read(name) for name in ("shmbapi.pas", "shmb.pas")}
    complaints = check(text, fast, readme, sources)
    check_versions(complaints)
    for complaint in complaints:
        print(complaint)
    tried = missed = 0
    for word, other in mutants(text, left_out):
        tried += 1
        try:
            noticed = check(other, fast, readme, sources) != complaints
        except (KeyError, AttributeError, ValueError, SystemExit): # a type that Pascal has no word for
            noticed = True
        if not noticed:
            print(f"a change of '{word}' was not found")
            missed += 1
    print(f"{len(header.functions(text))} functions, {tried} changes tried, {missed} not found")
    return 1 if complaints or missed or tried < 250 else 0


sys.exit(main())
