#!/usr/bin/env python3
"""Holds config/schema.json and client/mirror/schema.json against the files that the loaders are tested with.

A good file is good for the schema. A bad one is bad for it, too, unless its
first line says "# beyond the schema: REASON"; then the schema takes it. So the
two languages can differ only where it is said, and neither more nor less.
The texts of the loader's messages, and the examples of config/shmbroker.yaml, are held by tests/config/test_load_files.c,
those of the mirror by tests/client/mirror/test_mirror_files.c.
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
# The file that `install` puts in place shows every key.
REFERENCE = os.path.join(ROOT, "config/shmbroker.yaml")
MIRROR_PAGE = os.path.join(ROOT, "client/mirror/README.md")


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


def property_sets(node):
    """The keys of each mapping."""
    found = set()
    if isinstance(node, dict):
        if "additionalProperties" in node and "properties" in node:
            found.add(frozenset(node["properties"]))
        for value in node.values():
            found |= property_sets(value)
    return found


def described(node, key):
    """The texts of a key, wherever it stands."""
    if not isinstance(node, dict):
        return []
    own = node.get("properties", {}).get(key, {}).get("description")
    return ([own] if own else []) + [text for value in node.values() for text in described(value, key)]


def loaders_words(schema, data):
    """What differs between the schema and what the loader says of bad files: the keys of each mapping, and
    the ranges of values that a schema describes in words only."""
    said = "".join(open(path, encoding="utf-8").read() for path in glob.glob(data + "/bad/*.yaml"))
    known = {frozenset(re.split(", | and ", words)) for words in re.findall(r"known here: (.*)", said)}
    wrong = ["only the %s has the keys %s" % (who, ", ".join(sorted(keys)))
             for who, sets in (("schema", property_sets(schema) - known),
                               ("loader", known - property_sets(schema))) for keys in sets]
    ranges = re.findall(r"error: (?:\S+\.)?(\w+): '.*'; the (?:time|limit) is (.*)", said)
    wrong += ["the schema does not say that %s is %s" % (key, words) for key, words in ranges
              if not any(words in text for text in described(schema, key))]
    return wrong if known and ranges else ["no file shows which keys and ranges the loader knows"]


def judge(path, good, data, least):
    """What is wrong with one schema."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong, caught, beyond = [], 0, 0
    good = sorted(glob.glob(data + "/good/*.yaml") + good)
    for name in good:
        _, document, fault = read(name)
        faults = [fault] if fault else [e.message for e in validator.iter_errors(document)]
        wrong += ["%s: the schema does not take it: %s" % (name, f) for f in faults]
    for name in sorted(glob.glob(data + "/bad/*.yaml")):
        text, document, fault = read(name)
        marked = text.startswith(BEYOND) and len(text.split("\n")[0]) > len(BEYOND)
        is_caught = fault is None and not validator.is_valid(document)
        caught += is_caught
        beyond += marked
        if is_caught == marked:
            wrong.append("%s: %s" % (name, "marked, but caught" if marked else
                                     "neither caught nor marked: %s" % (fault or "the schema takes it")))
    if caught < least:
        wrong.append("only %d bad files are caught, %d are due" % (caught, least))
    if not good:
        wrong.append("no good files")
    print("%s: %d good, %d bad caught, %d beyond" % (path, len(good), caught, beyond))
    return schema, wrong


def main():
    data = os.path.join(ROOT, "tests/data")
    schema, wrong = judge("config/schema.json", glob.glob(ROOT + "/config/*.yaml"), data + "/config", 40)
    with open(REFERENCE, encoding="utf-8") as file:
        written = set(re.findall(r"[#{, ]*([a-z_]+):", file.read()))
    wrong += ["%s: there is no '%s:' in it" % (REFERENCE, key) for key in sorted(keys(schema) - written)]
    schema, more = judge("client/mirror/schema.json", [], data + "/mirror", 25)
    with open(MIRROR_PAGE, encoding="utf-8") as file:
        page = file.read()
    wrong += more + loaders_words(schema, data + "/mirror") + \
        ["%s: there is no `%s` in it" % (MIRROR_PAGE, key) for key in sorted(keys(schema))
         if "`%s`" % key not in page]
    print("\n".join(wrong + ["%d wrong" % len(wrong)]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
