#!/usr/bin/env python3
"""Holds the documents of --json against the tables of client/json.md.

  json_documents.py VERB EXIT FILE [failure]    reads what a program wrote; "shmb list" is a VERB.
                                                With "failure" it must be one.
  json_documents.py --self-test                 finds what is wrong in documents made to be wrong

A strict reader: UTF-8, one document with one line end after it (watch, top, queue get: one a line), no key
twice, no NaN, no number beyond 2^53 - 1. Each key is in the table, with its type, and each key of
the table is in the document.
"""
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "client/json.md")
LINES = ("shmb watch", "shmb top", "shmb queue get")
NUMBER_MAX = 2**53 - 1
TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?Z")


class Wrong(Exception):
    pass


def read_tables():
    """For each heading, and for each verb in its "Also" line: {path: type}."""
    tables, names = {}, []
    with open(PAGE, encoding="utf-8") as page:
        for line in page:
            heading = re.match(r"###? (.*)", line)
            row = re.match(r"\| (.*?) \| (.*?) \|", line)
            if heading:
                names = [heading.group(1)]
                tables[names[0]] = {}
            elif line.startswith("Also `"):
                for name in re.findall(r"`(.*?)`", line):
                    names.append(name)
                    tables[name] = tables[names[0]]
            elif row and names and (row.group(1).startswith("`") or row.group(1).startswith("+")):
                tables[names[0]][row.group(1)] = row.group(2)
    bare = ("shmbroker uninstall", "shmbmirror install", "shmbmirror uninstall")
    return {name: table for name, table in tables.items() if table or name in bare}


def expand(tables, name):
    """The table of a heading, with the tables that it names ("+ Object") in their places."""
    out = {}
    for key, kind in tables[name].items():
        place, plus, other = key.partition("+")
        place = place.strip().strip("`")
        if not plus:
            out[place] = kind
            continue
        for inner, inner_kind in expand(tables, other.strip()).items():
            out[place + "." + inner if place else inner] = inner_kind
    return out


def check_type(path, value, kind):
    nullable = kind.endswith("?")
    kind = kind.rstrip("?")
    if value is None:
        good = nullable
    elif kind.startswith('"'):
        good = value in re.findall(r'"(.*?)"', kind)
    elif kind.startswith("array of "):
        good = isinstance(value, list)
    else:
        good = {
            "text": lambda: isinstance(value, str),
            "number": lambda: isinstance(value, int) and not isinstance(value, bool) and abs(value) <= NUMBER_MAX,
            "decimal": lambda: isinstance(value, str) and re.fullmatch(r"0|[1-9]\d{0,19}", value),
            "time": lambda: isinstance(value, str) and TIME.fullmatch(value),
            "boolean": lambda: isinstance(value, bool),
            "object": lambda: isinstance(value, dict),
        }[kind]()
    if not good:
        raise Wrong(f"{path} is {json.dumps(value)}, not {kind}{'?' if nullable else ''}")


def check_object(path, value, table):
    """Exactly the keys of the table that lie right below `path`."""
    below = {}
    for key, kind in table.items():
        if not path or key.startswith(path + "."):
            rest = key[len(path) + 1 :] if path else key
            if "." not in rest and "[" not in rest:
                below[rest] = kind
    for key in value:
        if key not in below:
            raise Wrong(f"{path or 'the document'} has {key}, which the page does not have")
    for key, kind in below.items():
        full = path + "." + key if path else key
        if key not in value:
            raise Wrong(f"{full} is missing")
        check_type(full, value[key], kind)
        if isinstance(value[key], dict):
            check_object(full, value[key], table)
        elif isinstance(value[key], list):
            kind = kind.rstrip("?")[len("array of ") :]
            for item in value[key]:
                check_type(full + "[]", item, kind)
                if isinstance(item, dict):
                    check_object(full + "[]", item, table)


def no_twice(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise Wrong(f"a key is there twice: {keys}")
    return dict(pairs)


def refuse(word):
    raise Wrong(f"{word} is no JSON")


def parse(text):
    try:
        return json.loads(text, object_pairs_hook=no_twice, parse_constant=refuse, parse_float=refuse)
    except ValueError as error:
        raise Wrong(f"no JSON: {error}") from None


def check_document(tables, verb, document, failure):
    if not isinstance(document, dict) or list(document)[:2] != ["schema", "verb"]:
        raise Wrong("the document does not begin with schema and verb")
    if document["schema"] != 1:
        raise Wrong(f"schema {document['schema']}")
    table = expand(tables, "Every document")
    table.update(expand(tables, "Failure" if "error" in document else verb))
    check_object("", document, table)
    named = document["verb"]
    if named is not None and named != verb.split(" ", 1)[1]:
        raise Wrong(f"verb is {named}")
    if failure != ("error" in document):
        raise Wrong("a failure" if not failure else "no failure")


def check(tables, verb, code, data, failure):
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise Wrong(str(error)) from None
    if not text.endswith("\n") or text.endswith("\n\n"):
        raise Wrong("the end is not one line end")
    documents = text[:-1].split("\n") if verb in LINES else [text]
    for i, part in enumerate(documents):
        document = parse(part)
        check_document(tables, verb, document, failure and i + 1 == len(documents))
        if "error" in document and document["error"]["exit"] != code:
            raise Wrong(f"error.exit is {document['error']['exit']}, the exit code {code}")


def self_test(tables):
    head = b'{"schema":1,"verb":"stop",'
    tail = b'"state":"stopped","was_running":true,"released":false,"warnings":[]}\n'
    failed = b'"warnings":[],"error":{"code":"USAGE","exit":2,"message":"m","object":null,"system":null}}\n'
    good = [(head + tail, 0, False), (head + failed, 2, True)]
    bad = [
        (head + tail[:-1], 0, False),
        (head + tail + b"\n", 0, False),
        (head + tail + head + tail, 0, False),
        (b'{"verb":"stop","schema":1,' + tail, 0, False),
        (b'{"schema":1,"verb":"start",' + tail, 0, False),
        (b'{"schema":2,"verb":"stop",' + tail, 0, False),
        (head + b'"more":1,' + tail, 0, False),
        (head + b'"state":"stopped",' + tail, 0, False),
        (head + tail.replace(b"true", b"null"), 0, False),
        (head + tail.replace(b"true", b"NaN"), 0, False),
        (head + tail.replace(b"true", b'"yes"'), 0, False),
        (head + tail.replace(b"stopped", b"st\xffpped"), 0, False),
        (head + tail.replace(b"stopped", b"gone"), 0, False),
        (head + tail.replace(b"[]", b"[1]"), 0, False),
        (head + tail.replace(b'"was_running":true,', b""), 0, False),
        (head + failed, 3, True),
        (head + failed, 2, False),
        (head + tail, 0, True),
        (head + failed.replace(b'"system":null', b'"system":9007199254740992'), 2, True),
        (head + failed.replace(b'"system":null', b'"system":1.5'), 2, True),
        (head + failed.replace(b',"system":null', b""), 2, True),
    ]
    for data, code, failure in good:
        check(tables, "shmbroker stop", code, data, failure)
    for data, code, failure in bad:
        try:
            check(tables, "shmbroker stop", code, data, failure)
        except Wrong:
            continue
        raise Wrong(f"not found: {data!r}")


def main():
    tables = read_tables()
    if sys.argv[1:] == ["--self-test"]:
        self_test(tables)
        return 0
    if sys.argv[1:] == ["--verbs"]:
        print("\n".join(name for name in tables if name.startswith("shmb")))
        return 0
    verb, code, path = sys.argv[1:4]
    with open(path, "rb") as file:
        data = file.read()
    try:
        check(tables, verb, int(code), data, sys.argv[4:] == ["failure"])
    except Wrong as wrong:
        print(f"{verb}: {wrong}, in:\n{data.decode('utf-8', 'replace')}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
