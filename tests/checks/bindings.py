"""What go.py and rust.py share: the table of a README, and changes that must be noticed."""
import re

import header


def left_out(readme, functions, complaints):
    """The functions that the README's table leaves out; complains where it does not have all."""
    rows, without = header.table(readme, "shmb_", complaints)
    complaints += [f"README.md: no row for {name}" for name in functions if name not in rows]
    complaints += [f"README.md: {name} is not in the header" for name in rows if name not in functions]
    return without


def mutants(text, without, constants):
    """The header with one word of a function or structure, or one number, changed; without the
    functions `without`, and with the constants that this expression begins."""
    places = [match.span(1) for match in re.finditer(
        r"SHMB_CALL\s+((\w+)\s*\((?:[^()]|\([^()]*\))*\))", text) if match[2] not in without]
    places += [match.span(1) for match in re.finditer(r"typedef struct \w+ \{([^(]*?)\}", text)]
    places += [match.span(1) for match in re.finditer(
        rf"#define (?:{constants})\w+\s+\(?(-?\w+)", text)]
    changes = {"uint32_t": "uint64_t", "uint64_t": "uint32_t", "int32_t": "uint32_t", "char": "uint32_t",
               "shmb_wchar": "char"}
    for start, end in places:
        for word in re.finditer(r"\w+", text[start:end]):
            # what has no meaning but in C
            if word[0] in ("const", "void", "size", "count") or word[0].startswith("_") or \
                    "*owner" in text[start + word.start():start + word.end() + 8]:
                continue
            other = changes.get(word[0], word[0] + "9")
            yield word[0], text[:start + word.start()] + other + text[start + word.end():]


def hold(text, changed, check, least):
    """Prints what `check(header)` complains of, and each of the `changed` headers of which it does
    not; returns the exit code. `least`: of fewer changes, something is wrong."""
    complaints = check(text)
    for complaint in complaints:
        print(complaint)
    tried = missed = 0
    for word, other in changed:
        tried += 1
        try:
            noticed = check(other) != complaints
        except (KeyError, AttributeError): # a type that the language has no word for
            noticed = True
        if not noticed:
            print(f"a change of '{word}' was not found")
            missed += 1
    print(f"{len(header.functions(text))} functions, {tried} changes tried, {missed} not found")
    return 1 if complaints or missed or tried < least else 0


def version():
    """The version in CMakeLists.txt, with what is before its release: 1.0.0-rc.1"""
    with open(header.ROOT + "/CMakeLists.txt", encoding="utf-8") as file:
        words = file.read()
    number = re.search(r"project\(ShmBroker VERSION ([\d.]+)", words)
    before = re.search(r"set\(SHMB_PRERELEASE (\S*?)\)", words)
    return number[1] + (before[1].strip('"') if before else "")
