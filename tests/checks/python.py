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
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/python")
sys.path.insert(0, FOLDER)
NUMBERS = {"uint32_t": "c_uint32", "int32_t": "c_int32", "uint64_t": "c_uint64"}
# The enumerations, and what their constants begin with in the header.
ENUMERATIONS = {"Kind": "SHMB_KIND_", "State": "SHMB_STATE_", "Flags": "SHMB_FLAG_", "LockFlags": "SHMB_LOCK_",
                "Reason": "SHMB_REASON_", "RequestFlags": "SHMB_REQUEST_(?=MANUAL_RESET|SET)",
                "Result": r"SHMB_(?!INFINITE|READ$|WRITE$|RECHECK_MS|VERSION_MAJOR|VERSION_MINOR|VERSION_PATCH|"
                          r"\w*_SIZE)"}
# Constants that are no result.
CONSTANTS = ("SHMB_READ", "SHMB_WRITE", "SHMB_INFINITE", "SHMB_RECHECK_MS", "SHMB_NAME_SIZE")
START = '''"""Made by tests/checks/python.py from client/include/shmb.h: do not edit."""
from ctypes import POINTER, Structure, c_char, c_char_p, c_int32, c_uint32, c_uint64, c_void_p
from typing import Any

'''


def ctype(kind, opaque):
    """A type of C in ctypes."""
    base, stars = header.pointed(kind)
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


def python_version(text):
    """The header's version, as Python writes it."""
    version = re.search(r'SHMB_VERSION\s+"(.*?)"', text)[1]
    return re.sub(r"-rc\.", "rc", version)


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


class Python(bindings.Package):
    FOLDER, COMMAND, LEAST = FOLDER, "python.py", 240

    def sources(self):
        return ["shmbroker/" + name for name in os.listdir(os.path.join(FOLDER, "shmbroker")) if name.endswith(".py")]

    def generated(self, text, left_out):
        return {"shmbroker/_native.py": native(text, left_out)}

    def called(self, name):
        return rf"\blibrary\(\)\.{name}\b"

    def check(self, text, rows, sources):
        complaints, found = [], {}
        for enumeration in ENUMERATIONS:
            body = re.search(rf"^class {enumeration}\(.*?(?=^class |\Z)", sources["shmbroker/_results.py"],
                             flags=re.S | re.M)
            members = re.findall(r"^    ([A-Z_]+) = (-?\w+)", body[0], flags=re.M) if body else []
            found.update({(enumeration, name): int(value, 0) for name, value in members})
        bindings.compare(found, bindings.named(header.constants(text), ENUMERATIONS, str), complaints)
        if f'__version__ = "{python_version(text)}"' not in sources["shmbroker/__init__.py"]:
            complaints.append(f"__init__.py: the version is not {python_version(text)}")
        others = "".join(source for name, source in sources.items()
                         if name not in ("shmbroker/_native.py", "README.md"))
        for word in re.findall(r"`(?:Segment|Queue|Lock|Mutex|Event|Semaphore|ReadTicket|Subscription)\.(\w+)`",
                               sources["README.md"]):
            if not re.search(rf"\bdef {word}\b|\bself\.{word} = ", others):
                complaints.append(f"README.md: the package has no {word}")
        return complaints

    def changed(self, text, left_out):
        # The names of arguments are of no meaning in Python, nor is what is behind a buffer.
        types = {kind: other for kind, other in bindings.TYPES.items() if kind.endswith("_t")}
        yield from bindings.mutants(text, bindings.calls(text, left_out),
                                    r"shmb_\w+(?=\()|\bu?int\d+_t\b|\bshmb_\w+(?= )", types)
        yield from bindings.mutants(text, bindings.data(text, self.NUMBERS),
                                    r"\b(?!(?:const|void|char)\b|SHMB_)\w+", types)

    def main(self):
        if sys.argv[1:2] == ["--layout"]:
            layout(int(sys.argv[2]))
            return 0
        if sys.argv[1:] == ["--bridge"]:
            bridge(header.text_of("shmb.h"), self.left_out())
            return 0
        return super().main()


sys.exit(Python().main())
