#!/usr/bin/env python3
"""Holds client/bindings/rust against client/include/shmb.h.

  rust.py           complains of what differs, and then of each change that it does not notice
  rust.py --write   writes src/sys.rs anew, from the header and the README

src/sys.rs is made from the header: a declaration of each function, and the structures. The table of
README.md has a row for each function: what of the crate calls it, or why nothing does; then it is not
declared. The constants have the header's names and values, and Cargo.toml has the version.
"""
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/rust")
NUMBERS = {"uint32_t": "u32", "int32_t": "i32", "uint64_t": "u64", "char": "c_char", "void": "c_void"}
# The type, and what its constants begin with in the header.
CONSTANTS = {"Kind": "SHMB_KIND_", "State": "SHMB_STATE_", "Flags": "SHMB_FLAG_",
             "LockFlags": "SHMB_LOCK_", "Rights": r"SHMB_(?=READ$|WRITE$)", "Code": "SHMB_"}
START = """\
// Made by tests/checks/rust.py from client/include/shmb.h: do not edit.

//! What the library declares.
#![allow(non_camel_case_types, missing_docs)]

use crate::library::declare;
use std::os::raw::{c_char, c_void};

"""


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def type_of(kind):
    """A type of C in Rust."""
    base, stars = kind.replace("const ", "").rstrip("*").strip(), kind.count("*")
    kind = ("*const " if kind.startswith("const ") else "*mut ") if stars else ""
    return "*mut " * (stars - 1) + kind + NUMBERS.get(base, base)


def declaration(name, returned, parameters):
    inner = ", ".join(f"{word}: {type_of(kind)}" for _, kind, word in parameters)
    return f"    fn {name}({inner}) -> {type_of(returned)};"


def structure(name, members, constants):
    lines = ["#[repr(C)]", "#[derive(Clone, Copy)]", f"pub struct {name} {{"]
    for kind, word, array in members:
        inner = type_of(kind)
        if array:
            inner = f"[{inner}; {constants.get(array.rstrip('uU'), array)}]"
        lines.append(f"    pub {word}: {inner},")
    return "\n".join(lines + ["}"])


def generated(text, without):
    """src/sys.rs"""
    declared = [declaration(name, *rest) for name, rest in header.functions(text).items()
                if name not in without]
    return (START + "\n".join(f"pub enum {name} {{}}" for name in header.handles(text)) + "\n\n" +
            "declare! {\n" + "\n".join(declared) + "\n}\n\n" +
            "\n\n".join(structure(*one, header.constants(text)) for one in header.structs(text).items()) + "\n")


def wanted(constants):
    """The constants of the header that the crate has: (type, name) -> value"""
    found = {}
    for name, value in constants.items():
        for kind, prefix in CONSTANTS.items():
            match = re.match(prefix, name)
            if match and (kind != "Code" or value < 0):
                found[kind, name[match.end():]] = value
                break
    return found


def check(text, fast, readme, sources):
    complaints = []
    functions = [*header.functions(text), *header.functions(fast)]
    without = bindings.left_out(readme, functions, complaints)
    if sources["src/sys.rs"] != generated(text, without):
        complaints.append("src/sys.rs is not what the header says: rust.py --write makes it anew")
    others = "".join(source for file, source in sources.items() if file not in ("src/sys.rs", "Cargo.toml"))
    for name in header.functions(text):
        if name not in without and not re.search(rf"\.{name}\b", others):
            complaints.append(f"{name} is declared, and nothing calls it")
    found = {(kind, name): int(value, 0) for name, kind, value in re.findall(
        rf"^\s+pub const (\w+): (\w+) = \w+\((-?\w+)\);", others, flags=re.M)}
    all_wanted = wanted(header.constants(text))
    for one in sorted(all_wanted.keys() | found.keys()):
        if all_wanted.get(one) != found.get(one):
            complaints.append(f"{one[0]}::{one[1]} is {found.get(one)}, in the header {all_wanted.get(one)}")
    if f'\nversion = "{bindings.version()}"\n' not in sources["Cargo.toml"]:
        complaints.append(f"Cargo.toml: the version is not {bindings.version()}")
    return complaints


def main():
    text, fast, readme = header.text_of("shmb.h"), header.text_of("shmb_fast.h"), read("README.md")
    without = header.table(readme, "shmb_", [])[1]
    if sys.argv[1:] == ["--write"]:
        with open(os.path.join(FOLDER, "src/sys.rs"), "w", encoding="utf-8", newline="\n") as file:
            file.write(generated(text, without))
        return 0
    sources = {name: read(name) for name in ["Cargo.toml", *glob.glob("src/*.rs", root_dir=FOLDER)]}
    changed = bindings.mutants(text, without,
                               r"SHMB_(?:KIND|STATE|FLAG|LOCK)_|SHMB_(?=NO_|NOT_|BAD_|READ |WRITE )")
    return bindings.hold(text, changed, lambda other: check(other, fast, readme, sources), 250)


sys.exit(main())
