"""Runs the commands of every page of this tree, and checks its YAML.

    documents.py BIN WORK WINE…     BIN has the programs; WORK is an empty folder; WINE is what
                                    starts a program of Windows. tests/checks/documents.sh calls it

Of each page, in its order: each command that begins with `shmb` or `shmbroker`, in a block or in
backticks, runs on a machine that serves the objects of the page's snippets, and must end with 0, or
with the code that the page tells. Each other command must be known to rules.py, which says why it
is not run. Each snippet of YAML is completed (snippets.py) and must pass `shmbroker check`; each
piece of C in an indented block must compile. With --self-test, faults in a made-up page must be
found.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import commands
import machine
import pages
import rules
import snippets
import yaml

ROOT = rules.ROOT
LEAST_RUN, LEAST_SNIPPETS = 60, 25
INCLUDED = "version: 1\nevents: { One: { reset: manual, access: { read: [Users] } } }\n"
C_HEAD = "#include <stdbool.h>\n#include <windows.h>\nint piece(void);\nint piece(void)\n{\n"

# A page with faults, and what must be found in it.
FAULTY = r"""# A page

    shmb list
    shmb read Prices --txt
    shmb read Missing
    frobnicate now
    msiexec /i FILE /qn ACCOUT=x
    cmake --preset mingw-x46
    tests/run.sh test_nothing

`shmb read Prices --text` prints `something else`. `shmb info Prices` ends with exit code 3.
`install --adit`, `--no-such-option`, `shmb reed Prices`, `sesions: alias`, `tests/none.sh`.

    segments:
      Prices: { size: 64, acces: { read: [Users] } }

The mirror:

    server: redis://farm1
    segments: { Prices: { folow: true } }

Its commands:

    shmbmirror chek
    shmbmirror check --conf FILE

C:

    HANDLE event = CreateEvent(NULL, TRUE;

PowerShell:

    Get-ShmBrooker | Format-Table

Words:

    what is this?
"""
FOUND = ["shmb read Prices --txt", "shmb read Missing", "frobnicate", "ACCOUT", "mingw-x46",
         "test_nothing", "something else", "shmb info Prices", "shmbroker install --adit",
         "--no-such-option", "shmb reed Prices", "sesions", "tests/none.sh", "acces",
         "folow", "no verb chek", "no option --conf",
         "does not compile", "Get-ShmBrooker", "what is this"]


def page_names():
    """The pages of this tree, as Git lists them, or, without Git, as they lie there."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "*.md"], check=False, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split()
    if not listed:
        for part in ("*.md", "client/**/*.md", "config/**/*.md", "install/**/*.md",
                     "service/**/*.md", "tests/**/*.md"):
            listed += glob.glob(part, root_dir=ROOT, recursive=True)
    return sorted(set(listed) - rules.HISTORY)


class Check:
    """All pages, one after the other; `faults` has what is wrong."""

    def __init__(self, binaries, work, wine):
        self.machine = machine.Machine(wine, binaries, work)
        self.work, self.faults, self.ran, self.known = work, [], 0, set()
        self.snippets = []  # (page, line, text)
        self.mirrors = []  # the same, of files of shmbmirror
        self.refused = set()  # those that are wrong
        self.verbs = [commands.Verbs(program, self.machine.must_say(program, "--help"),
                                     lambda one, verb: self.machine.must_say(one, verb, "--help"))
                      for program in ("shmb", "shmbroker")]
        self.options = set().union(*(verbs.options() for verbs in self.verbs))

    def fault(self, page, line, text):
        self.faults.append(f"{page}:{line}: {text}")

    # ---- what a page has ----

    def kind_of_block(self, page, piece):
        """What a block is: "yaml", "commands", "powershell", "c", or "known" where others
        read it; "" else."""
        if piece.language in rules.LANGUAGES.get(page, ()) or set(piece.marks) & set(rules.MARKS) \
                or piece.language == "mermaid":
            return "known"
        if piece.language == "yaml" or not piece.language and snippets.is_snippet(piece.text):
            return "yaml"
        if piece.language == "powershell" or rules.is_powershell(piece.text):
            return "powershell"
        if any(piece.text.lstrip().startswith(begin) for begin in rules.TEXTS):
            return "known"
        if any(rules.is_known(commands.first_word(command))
               for _, command in commands.lines_of(piece.text)):
            return "commands"
        if piece.language in ("", "c") and re.search(r";\s*(/\*.*\*/|//.*)?$", piece.text, re.M):
            return "c"
        return ""

    def gather(self, page, text):
        """The snippets of a page, for `check` and for the page's broker."""
        for piece in pages.pieces_of(text):
            if piece.kind == "block" and self.kind_of_block(page, piece) == "yaml":
                for one in snippets.alternatives(piece.text):
                    kind = self.mirrors if snippets.is_mirror(one) else self.snippets
                    kind.append((page, piece.line, one))
            elif piece.kind == "span":
                one = snippets.in_backticks(piece.text)
                if not one and re.match(r"[A-Z]\w*: \{((?!\.\.\.).)*\}$", piece.text):
                    one = piece.text
                if one and snippets.is_mirror(one):
                    self.mirrors.append((page, piece.line, one))
                elif one:
                    self.snippets.append((page, piece.line, one))

    # ---- YAML ----

    def check_snippets(self):
        """All snippets in one `shmbroker check`; each is a file of a folder of its own."""
        files = {}
        for number, (page, line, text) in enumerate(self.snippets):
            whole = snippets.complete(text) if snippets.parse(text) else text
            if whole is None:
                self.fault(page, line, f"not a key of a configuration: {text.strip()}")
                self.refused.add((page, line))
                continue
            folder = os.path.join(self.work, "snippets", str(number))
            os.makedirs(folder + "/conf.d")
            for name, content in (("page.yaml", whole),
                                  ("conf.d/app.yaml", INCLUDED), ("table.bin", "0")):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(content)
            files[f"snippets\\{number}\\page.yaml"] = (page, line, whole)
        self.make_included()
        for start in range(0, len(files), 20):
            part = list(files)[start:start + 20]
            _, said = self.machine.quiet("shmbroker", "check", "--allow-unsafe-config",
                                        "--json", *part)
            try:
                answers = json.loads(said)["configurations"]
            except (ValueError, KeyError):
                answers = []
            if len(answers) != len(part):
                self.fault("snippets", 0, f"check did not answer: {said[:500]}")
            for name, answer in zip(part, answers):
                self.judge_snippet(*files[name], answer)

    def check_mirrors(self):
        """The snippets of shmbmirror's file, one by one; where it was not built, none."""
        if not os.path.exists(os.path.join(self.machine.binaries, "shmbmirror.exe")):
            return
        for page, line, text in self.mirrors:
            whole = snippets.complete_mirror(text)
            with open(os.path.join(self.work, "mirror.yaml"), "w", encoding="utf-8") as file:
                file.write(whole)
            for path in re.findall(r"password_file: '?C:\\([^'\n]*)", whole):
                place = os.path.join(os.environ["WINEPREFIX"], "drive_c", path.replace("\\", "/"))
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "w", encoding="utf-8") as file:
                    file.write("word\n")
                os.chmod(place, 0o600)
            code, said = self.machine.quiet("shmbmirror", "check", "--config", "mirror.yaml")
            if code:
                self.fault(page, line, f"shmbmirror check: {said.strip()}\n{whole}")

    def judge_snippet(self, page, line, whole, answer):
        errors = [one for one in answer["messages"] if one["severity"] == "error"]
        if errors:
            told = "; ".join(f"{one['line']}:{one['column']}: {one['text']}" for one in errors)
            self.refused.add((page, line))
            self.fault(page, line, f"shmbroker check: {told}\n{whole}")

    def make_included(self):
        """The files that snippets include by a full path."""
        for _, _, text in self.snippets:
            for path in re.findall(r"'C:\\([^']*\.yaml)'", text):
                place = os.path.join(os.environ["WINEPREFIX"], "drive_c", path.replace("\\", "/"))
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "w", encoding="utf-8") as file:
                    file.write(INCLUDED.replace("One", "Two"))

    def objects_of(self, page):
        """One configuration of all snippets: those of the page first; a name counts once."""
        taken, objects = set(), {kind: {} for kind in snippets.KINDS}
        with open(os.path.join(ROOT, "client/examples/prices.yaml"), encoding="utf-8") as file:
            example = ("client/examples/prices.yaml", 0, file.read())
        ordered = [one for one in self.snippets if one[0] == page] + [example] + \
                  [one for one in self.snippets if one[0] != page]
        for place, line, text in ordered:
            if (place, line) in self.refused:
                continue
            whole = snippets.complete(text) if snippets.parse(text) else None
            value = snippets.parse(whole) if whole else None
            default = ((value or {}).get("defaults") or {}).get("access")
            for kind in snippets.KINDS if value else ():
                for name, keys in (value.get(kind) or {}).items():
                    self.add_object(objects[kind], taken, name, keys, default)
        return yaml.safe_dump({"version": 1, **{kind: own for kind, own in objects.items() if own},
                               "requests": rules.REQUESTS}, allow_unicode=True)

    @staticmethod
    def add_object(objects, taken, name, keys, default):
        """Adds an object if its names are free; without what Wine lacks, or what takes long."""
        if not isinstance(keys, (dict, type(None))):
            return
        keys = dict(keys or {})
        names = {name.lower(), (name + ".lock").lower()}
        if isinstance(keys.get("lock"), dict) and "name" in keys["lock"]:
            names.add(keys["lock"]["name"].lower())
        if names & taken:
            return
        taken |= names
        if "access" not in keys and "sddl" not in keys:
            keys["access"] = default or {"read": ["Users"]}
        for key in ("sessions", "audit", "keep", "save_every"):
            keys.pop(key, None)
        if isinstance(keys.get("initial"), dict) and "file" in keys["initial"]:
            del keys["initial"]
        if "maximum" in keys:  # some are taken, so that one can be released
            keys["initial"] = keys["maximum"] // 2
        objects[name] = keys

    # ---- commands ----

    def command(self, page, line, command, after="", told=False):
        """One command of a page: run, or known to the rules."""
        word = commands.first_word(command)
        if command in rules.NO_COMMAND:
            return
        if rules.base(word) not in ("shmb", "shmbroker"):
            if not rules.is_known(word):
                self.fault(page, line, f"{word}: no command that rules.py knows: {command}")
                return
            if rules.base(word) in rules.RUN_BY_CMD:
                self.run_by_cmd(page, line, command)
            for fault in rules.faults_elsewhere(commands.words_of(command)[0]):
                self.fault(page, line, f"{fault}: {command}")
            return
        for one in commands.variants(command):
            self.run(page, line, one, after, told)

    def run_by_cmd(self, page, line, command):
        result = self.machine.system(command)
        self.ran += 1
        if result.returncode:
            self.fault(page, line, f"{command}: exit code {result.returncode} instead of 0\n"
                                   + result.stdout.decode("utf-8", "replace"))

    def run(self, page, line, command, after, told):
        words, files = commands.words_of(command)
        program, words = rules.base(words[0]), rules.filled(words[1:], rules.base(words[0]))
        files = {sign: rules.WORDS.get(name, name) for sign, name in files.items()}
        output = re.match(r"[^.;`]{0,60}\bprints?:? `([^`]*)`", after)
        code = re.match(r"[^.;`]{0,60}\bexit code (\d+)(?! if| unless|,? when)", after)
        wanted = rules.code_of(command, int(code[1]) if code else 0)
        key = (page, program, tuple(words))
        if told and key in self.known and not output and not code:
            return
        self.known.add(key)
        got, said = self.attempt(program, words, files)
        while told and got == 2 and (more := rules.left_out(program, words, said)):
            words = more
            got, said = self.attempt(program, words, files)
        self.ran += 1
        if got is not None and got != wanted:
            self.fault(page, line, f"{command}: exit code {got} instead of {wanted}\n"
                                   + said.strip())
        elif output and said.strip().strip("\0") != output[1]:
            self.fault(page, line, f"{command}: not {output[1]}, but {said.strip()}")

    def attempt(self, program, words, files):
        self.machine.prepare(program, words)
        got, said = self.machine.execute(program, words, files)
        self.machine.note(program, words, got)
        return got, said

    def span(self, page, piece):
        text = piece.text
        word = commands.first_word(text)
        alone = re.match(r"(--[a-z][a-z.-]+)( [A-Z]\w*)?$", text)
        if alone:
            if alone[1] not in self.options and alone[1] not in rules.OTHERS_OPTIONS:
                self.fault(page, piece.line, f"no program of ours has the option {alone[1]}")
        elif rules.is_powershell(text):
            self.powershell(page, piece)
        elif " " in text and rules.is_known(word) or rules.script_of(word):
            self.command(page, piece.line, text, piece.after, told=True)
        else:
            whole = commands.names_program(text, self.verbs)
            if whole:
                self.command(page, piece.line, whole, piece.after, told=True)

    def block(self, page, piece):
        kind = self.kind_of_block(page, piece)
        if kind == "commands":
            for number, command in commands.lines_of(piece.text):
                self.command(page, piece.line + number, command)
        elif kind == "powershell":
            self.powershell(page, piece)
        elif kind == "c":
            self.compile(page, piece)
        elif not kind:
            self.fault(page, piece.line, f"no command, YAML or C that rules.py knows: {piece.text}")

    def powershell(self, page, piece):
        for fault in rules.faults_of_powershell(piece.text):
            self.fault(page, piece.line, fault)

    def compile(self, page, piece):
        result = subprocess.run(
            ["x86_64-w64-mingw32-gcc", "-std=c17", "-fsyntax-only", "-Wall", "-Wno-unused",
             "-Werror", "-x", "c", "-"], check=False, text=True,
            input=C_HEAD + piece.text + "\nreturn 1;\n}\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode:
            self.fault(page, piece.line, "does not compile:\n" + result.stdout)

    def page(self, page, text):
        """Everything of a page, on a machine as it was before the first one."""
        self.machine.forget()
        self.machine.objects = self.objects_of(page)
        for name in os.listdir(self.work):
            if name != "snippets":
                path = os.path.join(self.work, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        rules.lay_files(self.work, self.machine.objects)
        for piece in pages.pieces_of(text):
            if piece.kind == "heading":
                self.machine.end_console()
            elif piece.kind == "block":
                self.block(page, piece)
            else:
                self.span(page, piece)

    def all(self, texts):
        for page, text in texts.items():
            self.gather(page, text)
        self.check_snippets()
        self.check_mirrors()
        for page, text in texts.items():
            try:
                self.page(page, text)
            except RuntimeError as error:
                self.fault(page, 0, f"a step that the page takes for granted failed: {error}")
        self.machine.forget()


def self_test(check):
    """Each fault of the made-up page is found, and nothing else."""
    check.all({"faulty.md": FAULTY})
    missing = [text for text in FOUND if not any(text in fault for fault in check.faults)]
    if missing or len(check.faults) != len(FOUND):
        print("\n".join(check.faults))
        sys.exit(f"{len(check.faults)} faults instead of {len(FOUND)}; not found: {missing}")


def main():
    arguments = sys.argv[1:]
    faulty = arguments[0] == "--self-test"
    if faulty:
        arguments = arguments[1:]
    only = os.environ.get("SHMB_PAGES", "").split()
    check = Check(arguments[0], arguments[1], arguments[2:])
    if faulty:
        self_test(check)
        return
    texts = {}
    for page in page_names():
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            texts[page] = file.read()
    if only:
        texts = {page: text for page, text in texts.items() if page in only}
    check.all(texts)
    print("\n".join(check.faults))
    print(f"{len(texts)} pages, {check.ran} commands run, "
          f"{len(check.snippets) + len(check.mirrors)} snippets, "
          f"{len(check.faults)} faults")
    if not only and (check.ran < LEAST_RUN or len(check.snippets) < LEAST_SNIPPETS):
        sys.exit("that is less than there was: has the form of the pages changed?")
    sys.exit(1 if check.faults else 0)


main()
