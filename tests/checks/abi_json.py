#!/usr/bin/env python3
"""Holds client/include/abi.json, the table of the library's ABI, against the public headers.

  abi_json.py           complains where it differs, or a width is not the compiler's (abi.txt)
  abi_json.py --write   writes it anew, from the headers
"""
import json
import os
import re
import sys

sys.dont_write_bytecode = True
import header

NAME = os.path.join(header.INCLUDE, "abi.json")
LIST = os.path.join(header.ROOT, "tests/checks/abi.txt")
HEADERS = ("shmb.h", "shmb_flat.h", "shmb_fast.h")
BITS = {"x64": 8, "x86": 4} # bytes of a pointer
WIDTHS = {"uint32_t": 4, "int32_t": 4, "uint64_t": 8, "char": 1, "shmb_wchar": 2}


def width(kind, pointer):
    return pointer if "*" in kind else WIDTHS[kind]


def widths(kind):
    return {bits: width(kind, pointer) for bits, pointer in BITS.items()}


def words(comment):
    """A comment's text in one line."""
    return " ".join(re.sub(r"^[ \t]*\*?", "", comment, flags=re.M).split())


def comments(raw):
    """(end, text) of each comment."""
    return [(match.end(), match[1]) for match in re.finditer(r"/\*(.*?)\*/", raw, flags=re.S)]


def above(raw, start):
    """The last comment before this place."""
    return [text for end, text in comments(raw) if end <= start][-1]


def row(word):
    """A parameter's row in the list of a comment."""
    return re.compile(rf"^ \* {word}  +(\S.*(?:\n \*  +\S.*)*)", flags=re.M)


def said(comment, word):
    """What a comment's list of parameters says of one; None where it has no such list."""
    found = row(word).search(comment)
    return words(found[1]) if found else None


def without_list(comment, names):
    for name in names:
        comment = row(name).sub(" *", comment)
    return comment


def direction(annotation, kind):
    if annotation.startswith("_Out"):
        return "out"
    if annotation.startswith("_Inout"):
        return "in, out"
    return "out" if kind == "char *" or kind == "shmb_wchar *" else "in"


def argument(annotation, kind, word, comment):
    return {"name": word, "type": kind, "direction": direction(annotation, kind),
            "optional": "_opt_" in annotation, "bytes": widths(kind), "meaning": said(comment, word)}


def calls(name, raw):
    for call, (returned, parameters) in header.functions(header.text_of(name)).items():
        comment = above(raw, re.search(rf"SHMB_CALL\s+{call}\(", raw).start())
        arguments = [argument(*one, comment) for one in parameters]
        yield {"name": call, "header": name, "returns": returned,
               "meaning": words(without_list(comment, [word for _, _, word in parameters])),
               "stack_bytes_x86": sum(max(4, one["bytes"]["x86"]) for one in arguments),
               "arguments": arguments}


def beside(raw, word):
    found = re.search(rf"\b{word}(?:\[\w+\])?;[ \t]*/\*(.*?)\*/", raw, flags=re.S)
    return words(found[1]) if found else None


def structure(name, members, raw, constants):
    at, most, listed = dict.fromkeys(BITS, 0), dict.fromkeys(BITS, 0), []
    body = re.search(rf"typedef struct {name} \{{.*?\n\}}", raw, flags=re.S)
    for kind, word, array in members:
        count = int(constants.get(array, array)) if array else 1
        offset, size = {}, {}
        for bits, pointer in BITS.items():
            one = width(kind, pointer)
            at[bits] += -at[bits] % one
            offset[bits], size[bits] = at[bits], one * count
            at[bits] += size[bits]
            most[bits] = max(most[bits], one)
        listed.append({"name": word, "type": kind, "count": count, "offset": offset, "bytes": size,
                       "meaning": beside(body[0], word)})
    return {"name": name, "meaning": words(above(raw, body.start())),
            "bytes": {bits: at[bits] + -at[bits] % most[bits] for bits in BITS}, "members": listed}


def meaning(raw, constant):
    """What the comment beside a constant says, or the one above it; where more constants follow, that
    one is for all of them."""
    found = re.search(rf"^#define {constant}\s+\S+[ \t]*/\*(.*?)\*/", raw, flags=re.M) or \
        re.search(rf"^/\*((?:(?!\*/).)*)\*/\n#define {constant}\s[^\n]*\n\n", raw, flags=re.M | re.S)
    return words(found[1]) if found else None


def document():
    made = {"made": "by tests/checks/abi_json.py from the headers: do not edit",
            "library": "shmbclient.dll", "calls": [], "structures": [], "handles": [], "constants": []}
    for name in HEADERS:
        text = header.text_of(name)
        with open(os.path.join(header.INCLUDE, name), encoding="utf-8") as file:
            raw = file.read()
        constants = header.constants(text)
        made["calls"] += calls(name, raw)
        made["structures"] += [structure(*one, raw, constants) for one in header.structs(text).items()]
        made["handles"] += header.handles(text)
        for constant, value in constants.items():
            made["constants"].append({"name": constant, "header": name, "value": value,
                                      "meaning": meaning(raw, constant)})
    return made


def compiled(made):
    """Complains where the compiler had another width, or abi.txt has another call or value."""
    with open(LIST, encoding="utf-8") as file:
        lines = set(file.read().splitlines())
    wanted = [f"import _{call['name']}@{call['stack_bytes_x86']}" for call in made["calls"]]
    wanted += [f"{one['name']} = {one['value']}" for one in made["constants"]
               if not re.fullmatch("SHMB_VERSION_(?:MAJOR|MINOR|PATCH)|SHMBF_MOST", one["name"])]
    for one in made["structures"]:
        for bits in BITS:
            wanted.append(f"struct {one['name']}: {one['bytes'][bits]} bytes")
            wanted += [f"struct {one['name']}.{member['name']}: {member['bytes'][bits]} bytes at "
                       f"{member['offset'][bits]}" for member in one["members"]]
    listed = {line for line in lines if re.match(r"import _shmbf?_\w+@\d+$", line)}
    return [f"abi.json: not in tests/checks/abi.txt: {line}" for line in wanted if line not in lines] + \
        [f"tests/checks/abi.txt: not in abi.json: {line}" for line in sorted(listed - set(wanted))]


def complaints():
    made = document()
    text = json.dumps(made, indent=1) + "\n"
    with open(NAME, encoding="utf-8", newline="") as file:
        same = file.read() == text
    stale = [] if same else ["abi.json is not what the headers say: abi_json.py --write makes it anew"]
    return stale + compiled(made)


def main():
    if sys.argv[1:] == ["--write"]:
        with open(NAME, "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(document(), indent=1) + "\n")
        return 0
    found = complaints()
    print("\n".join(found) or "abi.json is what the headers say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
