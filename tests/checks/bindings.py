"""What the checks of the bindings share: the table of a README, the constants, the files that are made
from a header, and the changes that must be noticed."""
import os
import re
import sys

import abi_json
import header

# A change of the type.
TYPES = {"uint32_t": "uint64_t", "uint64_t": "uint32_t", "int32_t": "uint32_t", "char": "uint32_t",
         "shmb_wchar": "char"}
# Words of a declaration, but those that have a meaning only in C.
WORDS = r"\b(?!(?:const|void|size|count)\b|_)\w+\b(?! ?\*owner)"


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def write(folder, files):
    """Writes the files: name -> text."""
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def table(readme, prefix, functions, complaints):
    """The functions of a README's table of calls, by what it says, and those that it leaves out;
    complains where they are not these `functions`."""
    rows = {}
    for names, says in re.findall(rf"^\| (`{prefix}.*?) \| (.*?) \|$", readme, flags=re.M):
        for name in re.findall(rf"`({prefix}\w+)`", names):
            if name in rows:
                complaints.append(f"README.md: {name} has two rows")
            rows[name] = says
    complaints += [f"README.md: no row for {name}" for name in functions if name not in rows]
    complaints += [f"README.md: {name} is not in the header" for name in rows if name not in functions]
    return rows, {name for name, says in rows.items() if says.startswith("left out: ")}


def named(constants, kinds, word):
    """(kind, word(rest of the name)) -> value, of the header's constants: `kinds` has an expression for
    the start of their names, by kind; the first one that matches counts."""
    found = {}
    for name, value in constants.items():
        for kind, start in kinds.items():
            match = re.match(start, name)
            if match:
                found[kind, word(name[match.end():])] = value
                break
    return found


def compare(found, wanted, complaints):
    """Complains where the constants of the language are not those of the header: (kind, name) -> value."""
    for one in sorted(wanted.keys() | found.keys()):
        if wanted.get(one) != found.get(one):
            complaints.append(f"{'.'.join(one)} is {found.get(one)}, in the header {wanted.get(one)}")


def calls(text, without=()):
    """Where a header has its functions, but those of `without`: from the name to the last parenthesis."""
    return [match.span(1) for match in re.finditer(
        r"SHMB_CALL\s+((\w+)\s*\((?:[^()]|\([^()]*\))*\))", text) if match[2] not in without]


def data(text, constants):
    """Where a header has the members of its structures, and the numbers of the constants whose names
    this expression begins."""
    return [match.span(1) for expression in (
        r"typedef struct \w+ \{([^(]*?)\}", rf"#define (?:{constants})\w+\s+\(?(-?\w+)")
        for match in re.finditer(expression, text)]


def mutants(text, places, words=WORDS, other=TYPES):
    """(word, text with another one instead) for each of the `words` in the places: what `other` has for
    it, or the word with a 9."""
    for start, end in places:
        for word in re.finditer(words, text[start:end]):
            yield word[0], (text[:start + word.start()] + other.get(word[0], word[0] + "9") +
                            text[start + word.end():])


def hold(counted, text, changed, check, least, more=()):
    """Prints what `check(text)` complains of, and what is in `more`; then each of the `changed` texts of
    which it does not. Returns the exit code. `counted`: what was checked; `least`: of fewer changes,
    something is wrong."""
    complaints = check(text)
    more = [*abi_json.complaints(), *more] # so a header that changes is noticed in every language
    for complaint in [*more, *complaints]:
        print(complaint)
    tried = missed = 0
    for word, other in changed:
        tried += 1
        try:
            noticed = check(other) != complaints
        except (KeyError, AttributeError, ValueError): # a type that the language has no word for
            noticed = True
        if not noticed:
            print(f"a change of '{word}' was not found")
            missed += 1
    print(f"{counted}, {tried} changes tried, {missed} not found")
    return 1 if more or complaints or missed or tried < least else 0


class Package:
    """A package that declares the functions of shmb.h. A language gives

    FOLDER                      where it is
    COMMAND                     what makes files anew, for the complaint that they differ
    LEAST                       as many changes are tried
    sources()                   the names of the files that are checked
    generated(text, left_out)   the files that are made from the header: name -> text
    called(name)                an expression for a call of a function
    check(text, rows, sources)  what else it complains of; sources: name -> text, and README.md

    and, where it differs,

    NUMBERS                     an expression for the start of the constants whose change must be noticed
    code(others)                the text with the calls, of the files that are not made: name -> text
    changed(text, left_out)     the headers that must be noticed
    """
    NUMBERS = r"SHMB_(?:KIND|STATE|FLAG|LOCK)_|SHMB_(?=NO_|NOT_|BAD_)"

    def changed(self, text, left_out):
        return mutants(text, calls(text, left_out) + data(text, self.NUMBERS))

    def left_out(self):
        return table(read(self.FOLDER, "README.md"), "shmb_", (), [])[1]

    def code(self, others):
        return "".join(others.values())

    def complaints(self, text, fast, sources):
        complaints, functions = [], header.functions(text)
        rows, left_out = table(sources["README.md"], "shmb_", [*functions, *fast], complaints)
        made = self.generated(text, left_out)
        for name, wanted in made.items():
            if sources.get(name) != wanted:
                complaints.append(f"{name} is not what the header says: {self.COMMAND} --write makes it anew")
        code = self.code({name: source for name, source in sources.items()
                          if name not in made and name != "README.md"})
        complaints += [f"{name} is declared, and nothing calls it" for name in functions
                       if name not in left_out and not re.search(self.called(name), code)]
        return complaints + self.check(text, rows, sources)

    def main(self):
        text = header.text_of("shmb.h")
        if sys.argv[1:] == ["--write"]:
            write(self.FOLDER, self.generated(text, self.left_out()))
            return 0
        fast = header.functions(header.text_of("shmb_fast.h"))
        sources = {name: read(self.FOLDER, name) for name in ["README.md", *self.sources()]}
        return hold(f"{len(header.functions(text))} functions", text, self.changed(text, self.left_out()),
                    lambda other: self.complaints(other, fast, sources), self.LEAST)


def version():
    """The version in CMakeLists.txt, with what is before its release: 1.0.0-rc.1"""
    words = read(header.ROOT, "CMakeLists.txt")
    number = re.search(r"project\(ShmBroker VERSION ([\d.]+)", words)
    before = re.search(r"set\(SHMB_PRERELEASE (\S*?)\)", words)
    return number[1] + (before[1].strip('"') if before else "")
