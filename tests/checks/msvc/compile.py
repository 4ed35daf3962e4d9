#!/usr/bin/env python3
"""Compiles each of our files in a compile database, through clang-cl, and writes nothing.
Then each public header alone, as C and as C++; and files that MSVC would refuse, which
must fail.

    compile.py BUILD_FOLDER [--without-tests]
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
INCLUDES = ["-I" + os.path.join(ROOT, "client", folder) for folder in ("include", "bindings/cpp")]

# header: the standards that its users may compile it in
HEADERS = {
    "shmb.h": ("c11", "c17", "c++14", "c++17", "c++20"),
    "shmb_flat.h": ("c11", "c17", "c++14", "c++17", "c++20"),
    "shmb_fast.h": ("c11", "c17", "c++14", "c++17", "c++20"),
    "shmb.hpp": ("c++17", "c++20"),
    "SharedMemory.h": ("c++14", "c++17", "c++20"),
}

REFUSED = {
    "no such header": "#include <unistd.h>\n",
    "no such function": "#include <string.h>\nchar *f(char *t) { return strsep(&t, t); }\n",
    "a POSIX name": "#include <string.h>\nchar *f(char *t) { return strdup(t); }\n",
    "a variable array": "void g(int *); void f(int n) { int a[n]; g(a); }\n",
    "a statement expression": "int f(int n) { return ({ n; }); }\n",
    "C4456, a hidden name": "int f(int n) { if (n) { int n = 1; return n; } return 0; }\n",
    "C4701, perhaps not set": "void g(int *); int f(int n) { int a; if (n) g(&a), a = 1; return a; }\n",
    "C4702, never reached": "#include <stdlib.h>\nint f(int n) { exit(n); return n + 1; }\n",
    "LONG is no int": "#include <windows.h>\nint *f(LONG *n) { return n; }\n",
}

# What clang-cl takes and cl does not; these have it in branches for other compilers.
GNU = re.compile(r"__attribute__|__builtin_|__asm__|__typeof__|__int128|__atomic_|<stdatomic\.h>")
COMPILER_H = (os.path.join("client", "contract", "compiler.h"),
              os.path.join("client", "include", "shmb_fast.h"))
# The bridge from Linux' Python to Wine: never compiled for Windows.
LINUX = tuple(os.path.join("tests", "client", "python", name) for name in ("bridge.c", "bridge.h"))


def run(words, folder):
    result = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True)
    return result.returncode == 0, result.stdout


def command(entry):
    """The words before the file."""
    words = shlex.split(entry["command"])
    words[words.index("-c")] = "/Zs"
    return words[:words.index("--")]


def compile_source(entry):
    return run(command(entry) + ["--", entry["file"]], entry["directory"])


def compile_header(words, header, standard, folder):
    kind = "/TP" if "+" in standard else "/TC"
    path = os.path.join(folder, f"{header}.{standard}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#include <{header}>\n")
    words = [word for word in words if not word.startswith(("/std:", "-std:")) and word != "-TP"]
    return run(words + INCLUDES + [kind, f"/std:{standard}", "--", path], folder)


def is_refused(words, name, text, folder):
    path = os.path.join(folder, re.sub(r"\W", "_", name) + ".c")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    well, output = run(words + ["--", path], folder)
    return not well, "" if not well else f"compiled, and should not: {name}\n{output}"


def gnu_words():
    for top in ("client", "config", "service", "tests"):
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = [name for name in folders if name != "msvc"]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                if path in COMPILER_H + LINUX or not name.endswith((".c", ".h", ".cpp", ".hpp")):
                    continue
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    for number, line in enumerate(file, 1):
                        if GNU.search(line):
                            yield f"{path}:{number}: not for MSVC: {line.strip()}\n"


def main():
    with open(os.path.join(sys.argv[1], "compile_commands.json"), encoding="utf-8") as file:
        database = json.load(file)
    ours = [entry for entry in database
            if entry["file"].endswith((".c", ".cpp")) and "/build/deps/" not in entry["file"]]
    of_c = [command(entry) for entry in ours if entry["file"].endswith(".c")]
    of_cpp = [command(entry) for entry in ours if entry["file"].endswith(".cpp")]
    if "--without-tests" in sys.argv:
        tests = os.path.join(ROOT, "tests", "")
        ours = [entry for entry in ours if not entry["file"].startswith(tests)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool, \
            tempfile.TemporaryDirectory() as folder:
        jobs = [pool.submit(compile_source, entry) for entry in ours]
        for header, standards in HEADERS.items():
            for standard in standards:
                words = (of_cpp if "+" in standard else of_c)[0]
                jobs.append(pool.submit(compile_header, words, header, standard, folder))
        for name, text in REFUSED.items():
            jobs.append(pool.submit(is_refused, of_c[0], name, text, folder))
        for job in jobs:
            well, output = job.result()
            failed += not well
            if output:
                print(output, end="")
    for line in gnu_words():
        failed += 1
        print(line, end="")
    print(f"{len(ours)} files, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
