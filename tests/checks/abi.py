#!/usr/bin/env python3
"""Writes down what must not change, of both bitnesses, into one text to be compared.

  abi.py BUILD_X64 BUILD_X86 OUT
  abi.py compare FILE_A FILE_B      prints the differences, and 1 where there are any
  abi.py hold BUILD_X64 BUILD_X86   compares with tests/checks/abi.txt, which programs and files of
                                    1.0.0 rely on: 1 where something of it is gone or changed, or
                                    is new and not in it yet

The exports of the client library and the symbols of its import library (on x86 with the bytes of
parameters); structs of the shared sections and of the library with the offset and size of each
member; constants; functions of the library; the format of the files that keep a segment's
content; numbers and severities of the events. Values are those the compiler has: each is a
constant in a line of its assembly. Names of folders and of service's files are not in the text.
"""
import difflib
import glob
import json
import os
import re
import shlex
import subprocess
import sys

HEADERS = ("client/contract", "client/sync", "client/include")
LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "abi.txt")
# of the folders below client, what is only between the files of one program
OWN = re.compile(r"(?!struct shmb_|SHMB_)|struct shmb_table_view\b|"
                 r"SHMB_VERSION(_MAJOR|_MINOR|_PATCH)? =")
COPY_MAGIC = '"SHMBCOPY"'  # the source that has it defines the format
# what the text of a constant consists of where it is a number
NUMBER = re.compile(r"(?:sizeof|char|int|unsigned|long|size_t|u?int\d+_t|struct \w+|"
                    r'0[xX][0-9a-fA-F]+\w*|\d+\w*|"[^"]*"|[-+*/()<>|&~^%?:]|\s)+')


class Trouble(Exception):
    pass


def run(*command, text=None, cwd=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=cwd, check=False)
    if done.returncode != 0:
        raise Trouble(f"{command[0]}: {done.stderr.strip()[:2000]}")
    return done.stdout


def cached(build, name):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(rf"^{name}:\w+=(.*)$", cache.read(), re.M)[1]


def one(pattern, root):
    found = glob.glob(os.path.join(root, pattern), recursive=True)
    if len(found) != 1:
        raise Trouble(f"{root}: not one {pattern}, but {len(found)}")
    return found[0]


def command_of(build, source):
    """The compiler's words for a source file, and where it runs."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        for entry in json.load(commands):
            if os.path.realpath(entry["file"]) == source:
                words = shlex.split(entry["command"])
                return [w for w in words[: words.index("-o")] if w != "-Werror"], entry["directory"]
    raise Trouble(f"{build}: {source} is not compiled here")


class Compiler:
    """Compiles a text as one of the build's files is compiled."""

    def __init__(self, build, like, folders):
        self.words, self.cwd = command_of(build, like)
        self.words += [f"-I{folder}" for folder in folders]

    def __call__(self, text, *options):
        return run(*self.words, *options, "-x", "c", "-o", "-", "-", text=text, cwd=self.cwd)

    def own(self, text, files, *options):
        """What the preprocessor makes of the lines that stand in one of the files."""
        inside, lines = False, []
        for line in self(text, "-E", *options).splitlines():
            marker = re.match(r'# \d+ "(.*?)"', line)
            if marker:
                path = os.path.join(self.cwd, marker[1].replace("\\\\", "\\"))
                inside = os.path.realpath(path) in files
            elif inside:
                lines.append(line)
        return "\n".join(lines)

    def values(self, text, expressions):
        """The value of each expression, as the compiler has it; whole constants only."""
        lines = [text, "void probe_values(void); void probe_values(void) {"]
        for number, expression in enumerate(expressions):
            # the parts of 16 bits, so that each is an operand for 32-bit machines, too
            parts = [f'"i"((int)(((unsigned long long)({expression}) >> {bits}) & 0xFFFF))'
                     for bits in (48, 32, 16, 0)]
            lines.append(f'__asm__ volatile("@@{number} %c0 %c1 %c2 %c3" :: {", ".join(parts)});')
        made = self("\n".join(lines) + "}\n", "-S", "-O1", "-w", "-std=gnu17")
        values = {}
        for number, *parts in re.findall(r"@@(\d+) (\d+) (\d+) (\d+) (\d+)$", made, re.M):
            value = 0
            for part in parts:
                value = value << 16 | int(part)
            values[int(number)] = value - (1 << 64) if value >> 63 else value
        if len(values) != len(expressions):
            raise Trouble("not every value stands in the assembly")
        return [values[number] for number in range(len(expressions))]


def structs_of(text):
    """(name, members) of each struct in preprocessed text; one in another is refused."""
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)|\b__stdcall\b", " ", text)
    # a pointer to a function, without its parameters
    text = re.sub(r"\(\s*\*\s*(\w+)\s*\)\s*\([^()]*\)", r" \1", text)
    for name, body in re.findall(r"\bstruct (\w+)\s*\{(.*?)\}", text, re.S):
        if "{" in body or "union" in body:
            raise Trouble(f"struct {name} has another one in it")
        members = []
        for declaration in filter(None, (part.strip() for part in body.split(";"))):
            for declarator in declaration.split(","):
                found = re.search(r"(\w+)\s*(?:\[[^]]*\]\s*)*$", declarator)
                if found is None:
                    raise Trouble(f"struct {name}: {declaration}: not understood")
                members.append(found[1])
        yield name, members


def constants(compiler, include, files):
    text = compiler.own(include, files)
    names = [re.match(r"\s*(\w+)", part)[1]
             for body in re.findall(r"\benum\b[^{;()]*\{(.*?)\}", text, re.S)
             for part in body.split(",") if part.strip()]
    macros = re.findall(r"^#define (\w+) (\S.*)$", compiler.own(include, files, "-dD"), re.M)
    probe = "".join(f"probe_{number} {name} probe_end\n" for number, (name, _) in enumerate(macros))
    text = compiler(include + probe, "-E", "-P")
    made = re.findall(r"\bprobe_\d+\b(.*?)\bprobe_end\b", text, re.S)
    for (name, _), value in zip(macros, made, strict=True):
        value = " ".join(value.split())
        words = re.sub("|".join(rf"\b{other}\b" for other in names) or "$.", "0", value)
        if NUMBER.fullmatch(words) and not value.startswith(('"', "L")):
            names.append(name)
        else:
            yield f"{name} = {value}"
    for name, value in zip(names, compiler.values(include, names)):
        yield f"{name} = {value}"


def layout(compiler, include, files):
    found = sorted((name, tuple(m)) for name, m in structs_of(compiler.own(include, files)))
    wanted = []
    for name, members in found:
        wanted.append((f"struct {name}", f"sizeof(struct {name})", "0"))
        for member in members:
            at = f"__builtin_offsetof(struct {name}, {member})"
            size = f"sizeof(((struct {name} *)0)->{member})"
            wanted.append((f"struct {name}.{member}", size, at))
    values = compiler.values(include, [word for _, size, at in wanted for word in (size, at)])
    for (what, _, _), size, at in zip(wanted, values[0::2], values[1::2]):
        yield f"{what}: {size} bytes" + (f" at {at}" if "." in what else "")


def functions(compiler, include, files):
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", compiler.own(include, files))
    while re.search(r"\{[^{}]*\}", text):  # bodies, from the inside
        text = re.sub(r"\{[^{}]*\}", ";", text)
    for statement in text.split(";"):
        if "(" in statement and not re.search(r"typedef|static|_Static_assert|#", statement):
            yield re.sub(r"\s*([(),*])\s*", r"\1", " ".join(statement.split())).replace(",", ", ")


def library(build):
    dump = run(cached(build, "CMAKE_OBJDUMP"), "-p", one("**/shmbclient.dll", build))
    table = dump.split("[Ordinal/Name Pointer] Table", 1)[1].split("\n\n", 1)[0]
    for name in re.findall(r"\[\s*\d+\].*?(\S+)$", table, re.M):
        yield f"export {name}"
    imports = run(cached(build, "CMAKE_NM"), "-g", one("**/shmbclient.lib", build)
                  if glob.glob(os.path.join(build, "**/shmbclient.lib"), recursive=True)
                  else one("**/shmbclient.dll.a", build))
    for name in sorted(set(re.findall(r" [TI] (\S*shmbf?_\S+)$", imports, re.M))):
        if "head_" not in name and not name.endswith("_iname"):
            yield f"import {name}"


def events(root):
    for path in sorted(glob.glob(os.path.join(root, "service/**/*.mc"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        event = r"^MessageId=(\w+)\nSeverity=(\w+)\n.*?^Language=\w+\n(.*?)^\.$"
        for number, severity, body in re.findall(event, text, re.M | re.S):
            inserts = sorted(set(re.findall(r"%(\d+)", body)), key=int)
            yield f"event {number}: {severity}, inserts {' '.join(inserts) or 'none'}"


def sections(build, bits):
    root = os.path.realpath(cached(build, "CMAKE_HOME_DIRECTORY"))
    folders = [os.path.join(root, folder) for folder in HEADERS]
    source = sorted(glob.glob(os.path.join(folders[0], "*.c")))[0]
    for folder in folders:
        headers = [path for path in sorted(glob.glob(os.path.join(folder, "*.h")))
                   if os.path.basename(path) != "compiler.h"]
        files = {os.path.realpath(path) for path in headers}
        compiler = Compiler(build, source, folders)
        # What is read first does not matter to the values.
        include = "#include <stddef.h>\n#include <stdint.h>\n#include <windows.h>\n"
        include += "".join(f'#include "{os.path.basename(path)}"\n' for path in headers)
        name = os.path.basename(folder)
        for title, lines in (("structs", layout(compiler, include, files)),
                             ("constants", constants(compiler, include, files))):
            yield f"{name}, {bits}: {title}", (line for line in lines if not OWN.match(line))
        if name == "include":
            yield f"{name}, {bits}: functions", functions(compiler, include, files)
    for path in glob.glob(os.path.join(root, "service/**/*.c"), recursive=True):
        with open(path, encoding="utf-8") as file:
            if COPY_MAGIC not in file.read():
                continue
        files = {os.path.realpath(path), os.path.realpath(path[:-2] + ".h")}
        compiler = Compiler(build, os.path.realpath(path), [os.path.dirname(path)])
        yield f"copy file, {bits}: constants", constants(compiler, f'#include "{path}"\n', files)
    yield f"client library, {bits}", library(build)
    if bits == "x64":
        yield "events", events(root)


def written(builds):
    text = []
    for build, bits in zip(builds, ("x64", "x86")):
        for title, lines in sections(build, bits):
            lines = list(lines)
            if not lines:
                raise Trouble(f"{title}: nothing was found")
            # Members and events have an order of their own; all else is sorted.
            ordered = lines if title.endswith("structs") or title == "events" else sorted(lines)
            text += [f"[{title}]"] + ordered + [""]
    if not any(line.startswith("[copy file") for line in text):
        raise Trouble(f"no source below service/ has {COPY_MAGIC}")
    return "\n".join(text) + "\n"


def hold(builds):
    with open(LIST, encoding="utf-8") as file:
        listed = file.read().splitlines()
    lines = list(difflib.unified_diff(listed, written(builds).splitlines(), "listed", "built", n=0,
                                      lineterm=""))
    gone = [line for line in lines[2:] if line.startswith("-")]
    if not lines:
        print(f"as in tests/checks/abi.txt: {len(listed)} lines")
        return 0
    print("\n".join(lines))
    if gone:
        print("programs and files of 1.0.0 rely on what is gone or changed here")
    else:
        print(f"new: write the list again, abi.py {' '.join(builds)} tests/checks/abi.txt, and commit it")
    return 1


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "hold":
        return hold(arguments[1:])
    if arguments[0] == "compare":
        texts = []
        for name in arguments[1:]:
            with open(name, encoding="utf-8") as file:
                texts.append(file.read().splitlines())
        lines = list(difflib.unified_diff(*texts, *arguments[1:], n=0, lineterm=""))
        print("\n".join(lines) or f"the same in both: {len(texts[0])} lines")
        return 1 if lines else 0
    with open(arguments[2], "w", encoding="utf-8") as file:
        file.write(written(arguments[:2]))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Trouble, OSError) as trouble:
        print(f"abi.py: {trouble}", file=sys.stderr)
        sys.exit(2)
