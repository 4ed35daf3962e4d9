"""Reads the public headers of the client library, for the checks of the bindings."""
import functools
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = os.path.join(ROOT, "client/include")


@functools.lru_cache(maxsize=8)
def text_of(name):
    """A header without its comments."""
    with open(os.path.join(INCLUDE, name), encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def declared(words):
    """(type, name, array) of `const char *name` or `uint64_t reserved[3]`; array may be None."""
    words = " ".join(words.split())
    kind, name, array = re.fullmatch(r"(.*?)(\w+)(?:\[(\w+)\])?", words).groups()
    return kind.strip(), name, array


def pointed(kind):
    """(type, number of stars) of `const char **`: ("char", 2)"""
    return kind.replace("const ", "").rstrip("* ").strip(), kind.count("*")


@functools.lru_cache(maxsize=8)
def functions(text):
    """name -> (type returned, [(annotation or "", type, name)]), in the header's order"""
    found = {}
    pattern = (r"\b(?:SHMB_RESULT|SHMB_API)\s+([\w ]+?[\s*]+)SHMB_CALL\s+(\w+)\s*"
               r"\(((?:[^()]|\([^()]*\))*)\)\s*;")
    for returned, name, parameters in re.findall(pattern, text):
        found[name] = (" ".join(returned.split()), [])
        for parameter in re.split(r",(?![^()]*\))", parameters):
            if parameter.strip() == "void":
                continue
            annotation, rest = re.fullmatch(r"\s*(?:(_[A-Z]\w*_)(?:\([^)]*\))?\s)?(.*)", parameter,
                                            flags=re.S).groups()
            kind, word, _ = declared(rest)
            found[name][1].append((annotation or "", kind, word))
    return found


@functools.lru_cache(maxsize=8)
def structs(text):
    """name -> [(type, name, array or None)]"""
    found = {}
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\}\s*(\w+)\s*;", text, flags=re.S):
        if "(" not in body: # a table of functions is no data
            found[name] = [declared(member) for member in body.split(";") if member.strip()]
    return found


@functools.lru_cache(maxsize=8)
def constants(text):
    """name -> value, of the numbers among the macros"""
    found = {}
    for name, value in re.findall(r"^#define[ \t]+(SHMB\w*)[ \t]+(.+?)[ \t]*$", text, flags=re.M):
        number = re.fullmatch(r"\(?(-?(?:0x[0-9A-Fa-f]+|\d+))[uU]?\)?", value)
        if number is not None:
            found[name] = int(number[1], 0)
    return found


def handles(text):
    """The structures that only the library knows."""
    return re.findall(r"typedef struct \w+ (\w+);", text)
