#!/usr/bin/env python3
"""Holds config/schema.json against the files that the loader is tested with.

A good file is good for the schema. A bad one is bad for it, too, unless its
first line says "# beyond the schema: REASON"; then the schema takes it. So the
two languages can differ only where it is said, and neither more nor less.
The texts of the loader's messages, and the examples of config/shmbroker.yaml, are held by tests/config/test_load_files.c.
"""
import glob
import json
import os
import re
import sys

import jsonschema
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BEYOND = "# beyond the schema: "
LEAST_CAUGHT = 40
# The file that `install` puts in place shows every key.
REFERENCE = os.path.join(ROOT, "config/shmbroker.yaml")


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: yes is a text, 0x20 a number."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(" + pattern + ")$"), first)


def construct_int(loader, node):
    text = node.value
    return int(text, 16) if text.startswith("0x") else int(text, 10)


Loader.add_constructor("tag:yaml.org,2002:int", construct_int)
# A tag that nobody knows is dropped, as editors do.
Loader.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_mapping(node))


def read(path):
    """The document, or the reason why there is none."""
    with open(path, encoding="utf-8-sig") as file:
        text = file.read()
    try:
        documents = list(yaml.load_all(text, Loader))
    except yaml.YAMLError as error:
        return text, None, str(error).splitlines()[0]
    return text, documents[0] if documents else None, None


def keys(node):
    """All keys of the language."""
    found = set()
    if isinstance(node, dict):
        found |= set(node.get("properties", {}))
        for value in node.values():
            found |= keys(value)
    if isinstance(node, list):
        for value in node:
            found |= keys(value)
    return found


def main():
    with open(os.path.join(ROOT, "config/schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong, caught, beyond = [], 0, 0
    good = glob.glob(ROOT + "/tests/data/config/good/*.yaml") + glob.glob(ROOT + "/config/*.yaml")
    for path in sorted(good):
        _, document, fault = read(path)
        faults = [fault] if fault else [e.message for e in validator.iter_errors(document)]
        wrong += ["%s: the schema does not take it: %s" % (path, f) for f in faults]
    for path in sorted(glob.glob(ROOT + "/tests/data/config/bad/*.yaml")):
        text, document, fault = read(path)
        marked = text.startswith(BEYOND) and len(text.split("\n")[0]) > len(BEYOND)
        is_caught = fault is None and not validator.is_valid(document)
        caught += is_caught
        beyond += marked
        if is_caught == marked:
            wrong.append("%s: %s" % (path, "marked, but caught" if marked else
                                     "neither caught nor marked: %s" % (fault or "the schema takes it")))
    with open(REFERENCE, encoding="utf-8") as file:
        written = set(re.findall(r"[#{, ]*([a-z_]+):", file.read()))
    wrong += ["%s: there is no '%s:' in it" % (REFERENCE, key) for key in sorted(keys(schema) - written)]
    if caught < LEAST_CAUGHT:
        wrong.append("only %d bad files are caught, %d are due" % (caught, LEAST_CAUGHT))
    print("\n".join(wrong + ["%d good, %d bad caught, %d beyond, %d wrong" %
                             (len(good), caught, beyond, len(wrong))]))
    return 1 if wrong or not good else 0


if __name__ == "__main__":
    sys.exit(main())
