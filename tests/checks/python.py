#!/usr/bin/env python3
"""Holds client/bindings/python against client/include/shmb.h.

  python.py                complains of what differs, and then of each change that it does not notice
  python.py --write        writes _native.py anew, from the header and the README
  python.py --layout BITS  prints a C program that compiles only if the structures of ctypes are those
                           of the header, for programs of 32 or 64 bit
  python.py --bridge       prints the library for tests/client/python: the calls of the header as
                           Linux makes them, handed on to those of Windows

_native.py is made from the header: the arguments of each function, and the structures. The table of
README.md has a row for each function: what of the package calls it, or why nothing does; then it is
not declared. The enumerations have the header's names and values.
"""
import ctypes
import os
import re
import sys

sys.dont_write_bytecode = True
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/python")
PACKAGE = os.path.join(FOLDER, "shmbroker")
sys.path.insert(0, FOLDER)
NUMBERS = {"uint32_t": "c_uint32", "int32_t": "c_int32", "uint64_t": "c_uint64"}
# The enumeration of the constants that begin so.
ENUMERATIONS = {"SHMB_KIND_": "Kind", "SHMB_STATE_": "State", "SHMB_FLAG_": "Flags",
                "SHMB_LOCK_": "LockFlags"}
# Constants that are no result.
CONSTANTS = ("SHMB_READ", "SHMB_WRITE", "SHMB_INFINITE", "SHMB_RECHECK_MS", "SHMB_NAME_SIZE")
RESULTS = re.compile(r"SHMB_(?!INFINITE|READ$|WRITE$|RECHECK_MS|VERSION_MAJOR|VERSION_MINOR|VERSION_PATCH|"
                     r"\w*_SIZE)\w+")
START = '''"""Made by tests/checks/python.py from client/include/shmb.h: do not edit."""
from ctypes import POINTER, Structure, c_char, c_char_p, c_int32, c_uint32, c_uint64, c_void_p
from typing import Any

'''


def read(name, folder=PACKAGE):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def ctype(kind, opaque):
    """A type of C in ctypes."""
    stars, base = kind.count("*"), kind.replace("const ", "").rstrip("* ").strip()
    if stars == 0:
        return NUMBERS[base]
    if base == "void" or (base == "char" and stars == 1 and not kind.startswith("const")):
        inner, stars = "c_void_p", stars - 1 # a buffer
    elif base == "char":
        inner, stars = "c_char_p", stars - 1
    elif base in NUMBERS:
        inner = NUMBERS[base]
    else:
        opaque.add(base)
        inner = base
    return "POINTER(" * stars + inner + ")" * stars


def native(text, left_out):
    """_native.py"""
    structs, constants, used = header.structs(text), header.constants(text), set()
    declared = []
    for name, (returned, parameters) in header.functions(text).items():
        if name in left_out:
            continue
        arguments = ", ".join(ctype(kind, used) for _, kind, _ in parameters)
        declared.append(f"    library.{name}.argtypes = [{arguments}]\n"
                        f"    library.{name}.restype = {ctype(returned, used)}\n")
    out = START + "\n".join(f"{name} = {constants[name]}" for name in CONSTANTS) + "\n"
    for name in sorted(used - structs.keys()):
        out += f"\n\nclass {name}(Structure):\n    pass\n"
    for name, members in structs.items():
        out += f"\n\nclass {name}(Structure):\n    _fields_ = [\n"
        for kind, word, array in members:
            size = constants.get(array, array)
            inner = "c_char" if (kind, array is None) == ("char", False) else ctype(kind, used)
            out += f'        ("{word}", {inner}{"" if array is None else f" * {size}"}),\n'
        out += "    ]\n"
    return out + "\n\ndef declare(library: Any) -> None:\n" + "".join(declared)


def table(readme, complaints):
    """The functions of the README's table, and those that are left out."""
    rows = {}
    for names, says in re.findall(r"^\| (`shmb_.*?) \| (.*?) \|$", readme, flags=re.M):
        for name in re.findall(r"`(shmb_\w+)`", names):
            if name in rows:
                complaints.append(f"README.md: {name} has two rows")
            rows[name] = says
    return rows, {name for name, says in rows.items() if says.startswith("left out: ")}


def enumerations(constants):
    """name -> {member: value}, as the header has them"""
    found = {"Result": {}}
    for name, value in constants.items():
        for prefix, enumeration in ENUMERATIONS.items():
            if name.startswith(prefix):
                found.setdefault(enumeration, {})[name[len(prefix):]] = value
                break
        else:
            if RESULTS.fullmatch(name):
                found["Result"][name[5:]] = value
    return found


def python_version(text):
    """The header's version, as Python writes it."""
    version = re.search(r'SHMB_VERSION\s+"(.*?)"', text)[1]
    return re.sub(r"-rc\.", "rc", version)


def check(text, fast, readme, sources):
    complaints = []
    rows, left_out = table(readme, complaints)
    functions = [*header.functions(text), *header.functions(fast)]
    for name in functions:
        if name not in rows:
            complaints.append(f"README.md: no row for {name}")
    for name in rows:
        if name not in functions:
            complaints.append(f"README.md: {name} is not in the header")
    if sources["_native.py"] != native(text, left_out):
        complaints.append("_native.py is not what the header says: python.py --write makes it anew")
    others = "".join(source for file, source in sources.items() if file != "_native.py")
    for name in header.functions(text):
        if name not in left_out and not re.search(rf"\blibrary\(\)\.{name}\b", others):
            complaints.append(f"{name} is declared, and nothing calls it")
    for enumeration, wanted in enumerations(header.constants(text)).items():
        body = re.search(rf"^class {enumeration}\(.*?(?=^class |\Z)", sources["_results.py"], flags=re.S | re.M)
        members = re.findall(r"^    ([A-Z_]+) = (-?\w+)", body[0], flags=re.M) if body else []
        found = {name: int(value, 0) for name, value in members}
        for name in wanted.keys() | found.keys():
            if wanted.get(name) != found.get(name):
                complaints.append(f"{enumeration}.{name} is {found.get(name)}, in the header {wanted.get(name)}")
    if f'__version__ = "{python_version(text)}"' not in sources["__init__.py"]:
        complaints.append(f"__init__.py: the version is not {python_version(text)}")
    for word in re.findall(r"`(?:Segment|Queue|Lock|Mutex|Event|Semaphore|ReadTicket|Subscription)\.(\w+)`", readme):
        if not re.search(rf"\bdef {word}\b|\bself\.{word} = ", others):
            complaints.append(f"README.md: the package has no {word}")
    return complaints


def mutants(text, left_out):
    """The header with one type or name of a function or structure, or one number, changed."""
    places = [match.span(1) for match in re.finditer(
        r"SHMB_CALL\s+((\w+)\s*\((?:[^()]|\([^()]*\))*\))", text) if match[2] not in left_out]
    members = [match.span(1) for match in re.finditer(r"typedef struct \w+ \{([^(]*?)\}", text)]
    numbers = [match.span(1) for match in re.finditer(
        r"#define SHMB_(?:KIND|STATE|FLAG|LOCK)_\w+\s+(\w+)", text)]
    changes = {"uint32_t": "uint64_t", "uint64_t": "uint32_t", "int32_t": "uint32_t"}
    for start, end in places:
        # The names of arguments are of no meaning in Python, nor is what is behind a buffer.
        for word in re.finditer(r"shmb_\w+(?=\()|\bu?int\d+_t\b|\bshmb_\w+(?= )", text[start:end]):
            other = changes.get(word[0], word[0] + "9")
            yield word[0], text[:start + word.start()] + other + text[start + word.end():]
    for start, end in members + numbers:
        for word in re.finditer(r"\w+", text[start:end]):
            if word[0] in ("const", "void", "char") or word[0].startswith("SHMB_"):
                continue
            other = changes.get(word[0], word[0] + "9")
            yield word[0], text[:start + word.start()] + other + text[start + word.end():]


def narrow(structure):
    """A structure as a 32-bit program has it: its pointers have 4 bytes."""
    fields = [(name, ctypes.c_uint32 if kind in (ctypes.c_void_p, ctypes.c_char_p) else kind)
              for name, kind in structure._fields_]
    return type(structure.__name__, (ctypes.Structure,), {"_fields_": fields})


def layout(bits):
    from shmbroker import _native
    print('#include "shmb.h"')
    for name in header.structs(header.text_of("shmb.h")):
        structure = getattr(_native, name)
        if bits == 32:
            structure = narrow(structure)
        print(f'_Static_assert(sizeof({name}) == {ctypes.sizeof(structure)}, "{name}");')
        for member, _ in structure._fields_:
            print(f'_Static_assert(offsetof({name}, {member}) == {getattr(structure, member).offset}, '
                  f'"{name}.{member}");')


def bridge(text, left_out):
    """Each call with the convention of Linux: its code, and where the call of Windows is."""
    print('#include "bridge.h"\n')
    names = [name for name in header.functions(text) if name not in left_out]
    for name in names:
        returned, parameters = header.functions(text)[name]
        kinds = [kind if "shmb_" not in kind else "void *" for _, kind, _ in parameters]
        inner = ", ".join(f"{kind} {word}" for kind, (_, _, word) in zip(kinds, parameters)) or "void"
        words = ", ".join(word for _, _, word in parameters)
        print(f"static {returned} (WINDOWS *to_{name})({', '.join(kinds) or 'void'});")
        print(f"{returned} {name}({inner})\n{{\n    return to_{name}({words});\n}}\n")
    print("struct bridge_call bridge_library[] = {")
    for name in names:
        print(f'    {{"{name}", (void **)&to_{name}}},')
    print("    {0, 0},\n};")


def main():
    text, fast = header.text_of("shmb.h"), header.text_of("shmb_fast.h")
    readme = read("README.md", FOLDER)
    left_out = table(readme, [])[1]
    if sys.argv[1:] == ["--write"]:
        with open(os.path.join(PACKAGE, "_native.py"), "w", encoding="utf-8", newline="\n") as file:
            file.write(native(text, left_out))
        return 0
    if sys.argv[1:2] == ["--layout"]:
        layout(int(sys.argv[2]))
        return 0
    if sys.argv[1:] == ["--bridge"]:
        bridge(text, left_out)
        return 0
    sources = {name: read(name) for name in os.listdir(PACKAGE) if name.endswith(".py")}
    complaints = check(text, fast, readme, sources)
    for complaint in complaints:
        print(complaint)
    tried = missed = 0
    for word, other in mutants(text, left_out):
        tried += 1
        try:
            noticed = check(other, fast, readme, sources) != complaints
        except KeyError: # a type that ctypes has no word for
            noticed = True
        if not noticed:
            print(f"a change of '{word}' was not found")
            missed += 1
    print(f"{len(header.functions(text))} functions, {tried} changes tried, {missed} not found")
    return 1 if complaints or missed or tried < 240 else 0


sys.exit(main())
