#!/usr/bin/env python3
"""Holds client/bindings/vb against client/include/shmb_flat.h.

  vb.py           complains of what differs, and then of each change that it does not notice
  vb.py --write   writes the declarations and constants of shmb.bas anew, from the headers

Text goes through the twins in UTF-16, by StrPtr; content through a buffer As Any. Every call in the
modules has as many arguments as its declaration, StrPtr where that has a LongPtr, and a byte of an array
or a Byte where it has As Any. The table of README.md says what makes which call, and the code in the pages
makes calls that there are.
"""
import os
import re
import sys

sys.dont_write_bytecode = True
import bindings
import header

FOLDER = os.path.join(header.ROOT, "client/bindings/vb")
START = "' ---- made by tests/checks/vb.py from shmb_flat.h and shmb.h: do not edit ----\n"
END = "' ---- end ----\n"
CONSTANTS = re.compile(r"SHMB_(?!INFINITE|VERSION_M\w\wOR|VERSION_PATCH|RECHECK_MS|LOCK_|STRUCT_|(?!REASON_)\w*_SIZE)\w+")
WIDTH = 100


def read(name):
    with open(os.path.join(FOLDER, name), encoding="ascii", newline="") as file:
        return file.read()


def taken(functions):
    """The functions that are declared: of those for text, the twins in UTF-16."""
    return {name: rest for name, rest in functions.items() if name + "W" not in functions}


def parameter(kind, word, pointer):
    if kind in ("const shmb_wchar *", "shmb_wchar *"):
        return f"ByVal {word} As {pointer}"
    return {"int32_t": f"ByVal {word} As Long", "const char *": f"ByRef {word} As Any",
            "char *": f"ByRef {word} As Any"}[kind]


def declaration(name, returned, parameters, pointer, safe):
    if returned != "int32_t":
        raise KeyError(returned)
    line = f'    Public Declare {safe}Function {name} Lib "shmbclient.dll" ('
    for number, (_, kind, word) in enumerate(parameters):
        text = parameter(kind, word, pointer) + (", " if number + 1 < len(parameters) else "")
        if len(line.split("\n")[-1]) + len(text) > WIDTH - 10:
            line += ("" if line.endswith(" ") else " ") + "_\n        "
        line += text
    return line + ") As Long"


def declarations(flat, text):
    """What stands between the two marks of shmb.bas."""
    lines = [f"Public Const {name} As Long = {value if value < 0x8000 else '&H%X&' % value}"
             for name, value in header.constants(text).items() if CONSTANTS.fullmatch(name)]
    functions = taken(header.functions(flat))
    for start, pointer, safe in (("#If VBA7 Then", "LongPtr", "PtrSafe "), ("#Else", "Long", "")):
        lines.append(start)
        lines += [declaration(name, *rest, pointer, safe) for name, rest in functions.items()]
    return "\n".join(lines + ["#End If"]) + "\n"


def code_of(source):
    """The code without comments, lines joined, and without the declarations."""
    before, _, rest = source.partition(START)
    body = (before + rest.partition(END)[2]).replace(" _\n", " ")
    return "\n".join(re.match(r'(?:[^"\']|"[^"]*")*', line)[0] for line in body.splitlines())


def arguments(words):
    """The arguments at the start of a text, up to its closing parenthesis or end."""
    depth, begin, found = 0, 0, []
    for i, c in enumerate(words):
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth < 0:
                words = words[:i]
                break
        elif c == "," and depth == 0:
            found.append(words[begin:i].strip())
            begin = i + 1
    last = words[begin:].strip()
    return found + [last] if last else found


def check_calls(file, code, functions, complaints):
    calls = 0
    for line in code.splitlines():
        for match in re.finditer(r"\b(shmbf_\w+)(?:\(| |$)", line):
            name, calls = match[1], calls + 1
            if name not in functions:
                complaints.append(f"{file}: {name} is not declared")
                continue
            given, wanted = arguments(line[match.end():]), functions[name][1]
            if len(given) != len(wanted):
                complaints.append(f"{file}: {name} is called with {len(given)} arguments, not {len(wanted)}")
                continue
            for argument, (_, kind, word) in zip(given, wanted):
                form = r"StrPtr\(\w+\)" if "shmb_wchar" in kind else r"bytes\(.+\)|none" if "char" in kind \
                    else r"(?!StrPtr|bytes\().*"
                if not re.fullmatch(form, argument):
                    complaints.append(f"{file}: {name}: {word} is given as {argument}, and is {kind}")
    return calls


def check_pages(pages, public, functions, complaints):
    """The calls in the pages' code have as many arguments as there are parameters."""
    least = {name: (sum("Optional" not in one for one in arguments(inner)), len(arguments(inner)))
             for name, inner in public.items()}
    least.update({name: (len(rest[1]), len(rest[1])) for name, rest in functions.items()})
    for line in "\n".join(re.findall(r"^```vb\n(.*?)^```", "\n".join(pages), flags=re.M | re.S)).splitlines():
        for match in re.finditer(r"\b(Shmb[A-Z]\w*|shmbf_\w+)(?:\(| |$)", line):
            number, bounds = len(arguments(line[match.end():])), least.get(match[1])
            if bounds is None or not bounds[0] <= number <= bounds[1]:
                complaints.append(f"in a page: {line.strip()}: {match[1]} takes {bounds} arguments")


def check(flat, text, readme, sources):
    complaints, every = [], header.functions(flat)
    functions = taken(every)
    rows, left_out = bindings.table(readme, "shmbf_", every, complaints)
    complaints += [f"README.md: {name} is left out, and is not" for name in left_out if name in functions]
    complaints += [f"README.md: {name} is not left out, and is" for name in every
                   if name not in functions and name not in left_out]
    made = sources["shmb.bas"].partition(START)[2].partition(END)[0]
    if made != declarations(flat, text):
        complaints.append("shmb.bas is not what the header says: vb.py --write makes it anew")
    code = code_of(sources["shmb.bas"])
    for name, says in rows.items():
        if name in functions and says != "declared" and not re.search(rf"\b{name}\b", code):
            complaints.append(f"nothing in shmb.bas calls {name}, and README.md says {says}")
    for name in re.findall(r"`(Shmb\w+)`", readme):
        if not re.search(rf"^Public (?:Function|Sub) {name}\(", code, flags=re.M):
            complaints.append(f"README.md: {name} is not in shmb.bas")
    public = dict(re.findall(r"^Public (?:Function|Sub) (Shmb\w+)\((.*)\)", code, flags=re.M))
    check_pages((readme, bindings.read(FOLDER, "../guides.md")), public, functions, complaints)
    calls = sum(check_calls(file, code_of(source), functions, complaints) for file, source in sources.items())
    if calls < 25:
        complaints.append(f"only {calls} calls were found")
    for file, source in sources.items():
        for name in re.findall(r"\b(Shmb[A-Z]\w*)", code_of(source)):
            if name not in public:
                complaints.append(f"{file}: {name} is not in shmb.bas")
        kinds = re.findall(r"^\s*(?:Public |Private )?(End )?(Function|Sub)\b(?! \w+ Lib)", code_of(source), flags=re.M)
        if any(bool(ending) != bool(number % 2) for number, (ending, _) in enumerate(kinds)):
            complaints.append(f"{file}: a Function or Sub does not end")
    return complaints


def mutants(flat):
    """The header with one word of a function changed; of a function that is left out, its name."""
    every = header.functions(flat)
    functions = taken(every)
    others = {"int32_t": "int64_t", "char": "shmb_wchar", "shmb_wchar": "char"}
    yield from bindings.mutants(flat, bindings.calls(flat, every.keys() - functions.keys()),
                                r"\b(?!(?:const|void)\b)\w+", others)
    yield from bindings.mutants(flat, bindings.calls(flat, functions), r"^\w+", others)


def main():
    flat, text = header.text_of("shmb_flat.h"), header.text_of("shmb.h")
    sources = {name: read(name) for name in ("shmb.bas", "example.bas")}
    complaints = [f"{name}: a line does not end in CR and LF, which Visual Basic 6 needs"
                  for name, source in sources.items() if re.search(r"(?<!\r)\n", source)]
    sources = {name: source.replace("\r\n", "\n") for name, source in sources.items()}
    if sys.argv[1:] == ["--write"]:
        before, _, rest = sources["shmb.bas"].partition(START)
        new = before + START + declarations(flat, text) + END + rest.partition(END)[2]
        with open(os.path.join(FOLDER, "shmb.bas"), "w", encoding="ascii", newline="\r\n") as file:
            file.write(new)
        return 0
    readme = bindings.read(FOLDER, "README.md")
    return bindings.hold(f"{len(header.functions(flat))} functions", flat, mutants(flat),
                         lambda other: check(other, text, readme, sources), 150, complaints)


sys.exit(main())
