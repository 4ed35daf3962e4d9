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
             "LockFlags": "SHMB_LOCK_", "Reason": "SHMB_REASON_",
             "RequestFlags": "SHMB_REQUEST_(?=MANUAL_RESET|SET)", "Rights": r"SHMB_(?=READ$|WRITE$)", "Code": "SHMB_"}
START = """\
// Made by tests/checks/rust.py from client/include/shmb.h: do not edit.

//! What the library declares.
#![allow(non_camel_case_types, missing_docs)]

use crate::library::declare;
use std::os::raw::{c_char, c_void};

"""


def type_of(kind):
    """A type of C in Rust."""
    base, stars = header.pointed(kind)
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
    named = bindings.named(constants, CONSTANTS, str)
    return {one: value for one, value in named.items() if one[0] != "Code" or value < 0}


class Rust(bindings.Package):
    FOLDER, COMMAND, LEAST = FOLDER, "rust.py", 250
    NUMBERS = bindings.Package.NUMBERS + r"|SHMB_(?=READ |WRITE )"

    def sources(self):
        return ["Cargo.toml", *glob.glob("src/*.rs", root_dir=FOLDER)]

    def generated(self, text, left_out):
        return {"src/sys.rs": generated(text, left_out)}

    def called(self, name):
        return rf"\.{name}\b"

    def code(self, others):
        return "".join(source for name, source in others.items() if name != "Cargo.toml")

    def check(self, text, rows, sources):
        complaints, others = [], "".join(source for name, source in sources.items()
                                         if name.startswith("src/") and name != "src/sys.rs")
        found = {(kind, name): int(value, 0) for name, kind, value in re.findall(
            r"^\s+(?:pub )?const (\w+): (\w+) = \w+\((-?\w+)\);", others, flags=re.M)}
        bindings.compare(found, wanted(header.constants(text)), complaints)
        if f'\nversion = "{bindings.version()}"\n' not in sources["Cargo.toml"]:
            complaints.append(f"Cargo.toml: the version is not {bindings.version()}")
        return complaints


sys.exit(Rust().main())
