"""Completes the YAML snippets of the pages to configurations that `shmbroker check` takes.

What a snippet lacks is added by these rules, and nothing is taken away:

- no `version`: `version: 1`; no `access` anywhere: a default that lets Users read
- keys of an object (`keep: reboot`) belong to an example of the kinds that schema.json allows
- `Name: { ... }` is a segment; with `slots` a queue, with `reset` an event, with `maximum` a
  semaphore
- no object, no rule and no `include`: one segment; `save_every` gets its `keep`
- lines that repeat one key are alternatives: each is a snippet of its own
- accounts other than the words and SIDs that every machine knows become SIDs
- a file of shmbmirror, which names a server or a bucket, or says what is published and followed, lacks
  nothing but these; `shmbmirror check` reads it
- in backticks `X`, `...` and such stand for something: these snippets are not read
"""
import difflib
import json
import os
import re

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
WORDS = {"everyone", "users", "authenticatedusers", "interactive", "remoteinteractive",
         "administrators", "system", "localservice", "networkservice", "guests", "requester"}
KINDS = ("segments", "mutexes", "events", "semaphores", "queues")
NEEDS = {"segments": "size: 4096", "queues": "slots: 8, slot_size: 64", "events": "reset: manual",
         "semaphores": "maximum: 5", "mutexes": ""}


def load_keys():
    """The keys at the top of a file, and those of each kind of object, of config/schema.json."""
    with open(os.path.join(ROOT, "config/schema.json"), encoding="utf-8") as file:
        schema = json.load(file)

    def properties(node, seen=()):
        found = set(node.get("properties", ()))
        if "$ref" in node and node["$ref"] not in seen:
            found |= properties(schema["definitions"][node["$ref"].split("/")[-1]],
                                seen + (node["$ref"],))
        for part in ("allOf", "oneOf", "anyOf"):
            for one in node.get(part, ()):
                found |= properties(one, seen)
        return found

    kinds = {kind: properties(schema["properties"][kind].get("additionalProperties") or
                              next(iter(schema["properties"][kind]["patternProperties"].values())))
             for kind in KINDS}
    return set(schema["properties"]), kinds


TOP, OF_KIND = load_keys()
OF_MIRROR = {"server", "sentinel", "cluster", "bucket", "password_file"}


def parse(text):
    """The mapping that a snippet is, or None."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def accounts_as_sids(text):
    """Replaces each account of an access list that this machine need not know."""
    places, known = [], {}

    def visit(node, in_access):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                visit(value, in_access or getattr(key, "value", "") in ("access", "who"))
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                visit(value, in_access)
        elif in_access and node.value.lower() not in WORDS and not node.value.startswith("S-1-"):
            places.append((node.start_mark.index, node.end_mark.index, node.value.lower()))

    node = yaml.compose(text)
    if node:
        visit(node, False)
    for start, end, name in sorted(places, reverse=True):
        known.setdefault(name, f"S-1-5-21-1-2-3-{5000 + len(known)}")
        text = text[:start] + known[name] + text[end:]
    return text


def kind_of(keys):
    for key, kind in (("slots", "queues"), ("reset", "events"), ("maximum", "semaphores")):
        if key in keys:
            return kind
    return "segments"


def kind_with(keys):
    """The first kind of object that may have all these keys; None: there is none."""
    return next((kind for kind in KINDS if keys <= OF_KIND[kind]), None)


def in_object(text, keys):
    """A snippet that is keys of an object, as an object."""
    kind = kind_with(keys)
    if not kind:
        return None
    own = "".join("\n    " + part for part in NEEDS[kind].split(", ") if part
                  if part.split(":")[0] not in keys)
    if "save_every" in keys and "keep" not in keys:
        own += "\n    keep: reboot"
    return f"{kind}:\n  Example:{own}\n" + "".join(f"    {line}\n" for line in text.split("\n"))


def complete(text):
    """The whole configuration; None: none of its keys is one that a file or an object may have."""
    value = parse(text)
    keys = set(value)
    if not keys & TOP and all(isinstance(one, dict) for one in value.values()) and \
            not kind_with(keys):
        groups = {kind_of(one) for one in value.values()}
        text = f"{groups.pop()}:\n" + "".join(f"  {line}\n" for line in text.split("\n"))
    elif not keys & TOP:
        text = in_object(text, keys)
        if not text:
            return None
    value = parse(text) or {}
    if not set(value) & (set(KINDS) | {"include", "requests"}):
        text = text.rstrip("\n") + "\nsegments: { Example: { size: 64 } }\n"
    if "access" not in text:
        text = text.rstrip("\n") + "\ndefaults: { access: { read: [Users] } }\n"
    if "version" not in value:
        text = text.rstrip("\n") + "\nversion: 1\n"
    return accounts_as_sids(text)


def is_mirror(text):
    """Whether a snippet is one of shmbmirror's file."""
    value = parse(text) or {}
    segments = value.get("segments")
    ways = [one for one in (segments if isinstance(segments, dict) else value).values()
            if isinstance(one, dict)]
    return bool(set(value) & OF_MIRROR) or bool(ways) and all(
        set(one) & {"publish", "follow"} for one in ways)


def complete_mirror(text):
    """The whole file of shmbmirror."""
    value = parse(text)
    if all(isinstance(one, dict) and set(one) & {"publish", "follow"} for one in value.values()):
        text = "segments:\n" + "".join(f"  {line}\n" for line in text.split("\n"))
    for key, line in (("version", "version: 1"), ("segments", "segments: { Example: { follow: true } }")):
        if key not in (parse(text) or {}):
            text = text.rstrip("\n") + f"\n{line}\n"
    if not set(value) & {"server", "sentinel", "cluster"}:
        text = text.rstrip("\n") + "\nserver: redis://farm1\n"
    return text


def alternatives(text):
    """The snippets of a block: each of its lines where they repeat one key, else all of it."""
    lines = [line for line in text.split("\n") if line.strip()]
    firsts = [re.match(r"[\w]+: ", line) for line in lines]
    if len(lines) > 1 and all(firsts) and len({first[0] for first in firsts}) < len(lines):
        return lines
    return [text]


def is_snippet(text):
    """Whether a block is YAML: it begins with a key. It may still be wrong."""
    first = next((line for line in text.split("\n") if line.strip() and line.strip()[0] != "#"), "")
    return bool(re.match(r"""(["']?)[\w.-][\w .-]*\1:(\s|$)""", first))


def in_backticks(text):
    """A snippet in backticks: a key that a file or an object has, and its value."""
    key = re.match(r"([a-z_]+): \S", text)
    known = TOP.union(*OF_KIND.values())
    if not key or key[1] not in known and not difflib.get_close_matches(key[1], known, 1, 0.8):
        return None
    if "..." in text or re.search(r"\b(PATH|SIZE|TIME|N|X|NAME)\b", text):
        return None
    return text
