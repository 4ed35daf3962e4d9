"""Which commands of the pages are not run here, and what stands for the words in the others."""
import os
import re
import shutil

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

# Pages that tell what was, not what to do.
HISTORY = {"CHANGELOG.md"}

# Programs of others: not run, and why. The name as it is written, without folder and `.exe`.
ELSEWHERE = {
    "cl": "Microsoft's compiler: tests/checks/msvc.sh compiles as it does",
    "csc": "Microsoft's compiler: tests/checks/guides.sh compiles Prices.cs",
    "vsdevcmd.bat": "Visual Studio",
    "fpc": "Free Pascal: tests/checks/pascal.sh compiles as it does",
    "cmake": "tests/run.sh and tests/packages/consumers.sh build; presets and options are compared",
    "msiexec": "tests/packages/msi.sh",
    "notepad": "an editor: here the page's snippets are put into the file",
    "sc": "tests/service/verbs and install/demo.sh make and ask services",
    "icacls": "Wine's does nothing",
    "auditpol": "Wine has none",
    "gpupdate": "Wine has none",
    "nltest": "Wine has no domain",
    "nslookup": "Wine has no domain",
    "netsh": "Wine has no firewall",
    "powercfg": "Wine has none",
    "schtasks": "Wine's does nothing",
    "secpol.msc": "Wine has none",
    "tasklist": "Wine knows neither /m nor /fi",
    "taskkill": "tests/torture kills brokers and keepers",
    "certutil": "Wine has none",
    "powershell": "Wine's does nothing",
    "as_user": "tests/windows/as_user.cmd: two users of Windows",
    "robocopy": "Wine has none",
    "wevtutil": "Wine has no event log",
    "pip": "of Python: tests/checks/python.sh makes the wheel as pip does, and uses it",
    "npm": "of Node.js: tests/checks/node.sh unpacks the package as npm does, and uses it",
    "winget": "Wine has none", "choco": "Wine has none",
    "ansible-galaxy": "Ansible: install/deploy is parsed by its test",
    "ansible-playbook": "Ansible: install/deploy is parsed by its test",
    "dotnet": "needs the .NET SDK: tests/checks/dotnet.sh",
    "git": "of the reader's clone", "gh": "of GitHub", "export": "of a shell",
    "go": "tests/checks/go.sh", "cargo": "tests/checks/rust.sh",
    "sha256sum": "tests/packages/reproducible.sh",
    "shmbmirror": "tests/mirror runs it; verbs and options are compared",
    "apt-get": "of Linux", "systemctl": "of Linux",
    "redis-cli": "of Redis: tests/mirror asks such servers",
    "dir": "of cmd", "cd": "of cmd", "md": "of cmd", "set": "of cmd", "echo": "of cmd",
    "for": "of cmd", "del": "of cmd", "copy": "of cmd",
}

# Commands of PowerShell and its modules. Those of our module must be in it;
# tests/checks/powershell.sh runs it.
CMDLETS = {"Import-Module", "Get-Help", "Invoke-Command", "Where-Object", "ForEach-Object",
           "Format-Table", "Get-WinEvent", "Add-MpPreference", "Out-String", "Invoke-Expression",
           "Set-ExecutionPolicy", "Unblock-File"}

# Programs of others that Wine has: they run.
RUN_BY_CMD = {"reg"}

# Programs of ours that are no product: who runs them.
OURS_ELSEWHERE = {
    "old_foxpro": "tests/client/programs runs it",
    "prices": "tests/client/programs runs it, tests/packages/consumers.sh builds it",
    "pricesnet": "tests/checks/guides.sh compiles it; .NET is not here",
}

# Blocks that are neither commands nor YAML, by their first words.
TEXTS = {
    "shmbroker.yaml   ": "a picture of sessions and programs",
    "client/contract/": "a picture of the folders: tests/checks/wings.sh",
    "main.c ->": "a picture of the wings: tests/checks/wings.sh",
    "SET PROCEDURE TO": "FoxPro: tests/checks/foxpro.py",
    "nResult = ShmbRequest(": "FoxPro: tests/checks/foxpro.py",
    "Private Declare Function CreateFileMapping": "Visual Basic before ShmBroker",
    "using namespace boost": "Boost before ShmBroker, as the page says not compiled",
    "message_queue orders": "Boost before ShmBroker, as the page says not compiled",
    "QSharedMemory memory(": "Qt before ShmBroker, as the page says not compiled",
    "2026-11-21T05:09:35": "lines of a log file: tests/service/files/test_log_file.c",
    "TestScript =": "a resource of DSC, in PowerShell",
    "[/settings/external": "a configuration of NSClient++",
    "object CheckCommand": "a configuration of Icinga",
}
# Blocks that a test of their own reads: the page, and the languages.
LANGUAGES = {
    "client/bindings/guides.md": ("c", "cpp", "csharp", "python",  # tests/checks/guides.sh
                                  "pascal", "vb"),  # pascal.sh, vb.py
    "client/bindings/dotnet/README.md": ("csharp",),  # tests/checks/dotnet.sh
    "client/bindings/python/README.md": ("python",),  # tests/client/python runs them
    "client/bindings/pascal/README.md": ("pascal",),  # tests/checks/pascal.sh
    "client/bindings/vb/README.md": ("vb",),  # Visual Basic is not here; tests/checks/vb.py
    "client/bindings/go/README.md": ("go", "gomod"),  # tests/checks/go.sh, go.py
    "client/bindings/rust/README.md": ("rust", "toml"),  # tests/checks/rust.sh
    "client/bindings/node/README.md": ("js",),  # tests/checks/node.sh compiles it
    "client/link.md": ("cmake", "sh"),  # tests/packages/consumers.sh
    "install/farm.md": ("text",),  # tests/mirror/cases_security.py starts servers with them
}
# Pieces between <!-- words --> that a test compares or writes.
MARKS = {"wings": "tests/checks/wings.sh", "run": "tests/bench/run.sh",
         "figures": "tests/bench/readme.py", "model": "tests/bench/farm_model.py"}

# Options of other programs, in backticks by themselves.
OTHERS_OPTIONS = {"--check": "ansible-playbook",
                  "--collectors.enabled": "windows_exporter",
                  "--collector.textfile.directories": "windows_exporter"}

# What is no command although it looks so.
NO_COMMAND = {"shmb re": "what is typed before Tab"}

# Exit codes: the command, what the page tells (0: nothing), and what it is here.
CODES = [(r"shmbroker status --verify( --json)?", 0, 1),  # Wine keeps few of the settings
         (r"shmbroker reload", 4, 0),  # 4 while another program holds a file
         ]


# What an option needs, where a page leaves it out or has a word in capitals.
VALUES = {"--account": "LocalService", "--config": "objects.yaml", "--to": r"C:\Elsewhere",
          "--state": r"C:\State", "--recreate": "Prices", "--start-type": "auto"}

# Words in capitals, and what they become. What NAME becomes depends on the verb.
NAMES = {"event": "ShutDownNow", "mutex": "ImportRun", "semaphore": "Licences", "queue": "Orders",
         "request": "MyApp.4711", "release": "MyApp.4711"}
# The rule by which a page's command requests such a name.
REQUESTS = {"Pages": {"names": "MyApp.*", "who": ["Users"], "size": "1 MiB",
                      "each": {"objects": 20, "memory": "1 MiB"},
                      "total": {"objects": 20, "memory": "1 MiB"},
                      "access": {"write": ["Requester"]}, "lives": "until released"}}
WORDS = {"FOLDER": r"C:\Elsewhere", "COMMAND": "cmd /c ver", "PATTERN": "*",
         "PATH": r"C:\ProgramData\ShmBroker\shmbroker.yaml",
         "FILE": "data.bin", "OUT": "out.bin", "A": "objects.yaml", "B": "other.yaml", "N": "1",
         "MS": "10", "SECONDS": "1", "X": "Prices", "TYPE": "auto"}


def code_of(command, told):
    """The exit code that a command must end with, where the page tells this one."""
    return next((code for what, page, code in CODES
                 if page == told and re.fullmatch(what, command)), told)


def filled(words, program):
    """The words of a command, with a name or a file for each word in capitals."""
    verb = words[0] if words else ""
    out = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        word = word.replace("%~dp0", "")  # the folder of a batch file
        word = word.replace("%ProgramData%", r"C:\ProgramData")
        if word == "VERB":
            out.append("list" if program == "shmb" else "status")
        elif word == "NAME":
            out.append(NAMES.get(verb, "Prices"))
        elif word == "FILE":
            included = "other.yaml" if "--merged" in words else "objects.yaml"
            out.append(included if program == "shmbroker" else "data.bin")
        elif word == "COMMAND":
            out += WORDS["COMMAND"].split()
        else:
            out.append(WORDS.get(word, word))
    if words[:1] == ["run"] and "--config" not in words:  # an option of it is told
        out += ["--config", "objects.yaml"]
    return out


def left_out(program, words, said):
    """The words of a command that a sentence of a page shortens, with what the program misses."""
    if "needs an action" in said:
        return words[:1] + ["--help"]
    if "needs --size" in said:
        return words + ["--size", "64"]
    if "needs a value" in said and words[-1] in VALUES:
        return words + [VALUES[words[-1]]]
    if "needs a name" in said or "needs the names" in said:
        return words + [NAMES.get(words[0], "Prices")]
    if "at least one file" in said or "takes one file" in said:
        return words + ["objects.yaml"]
    if "a command after it" in said:
        return words + ["--", *WORDS["COMMAND"].split()]
    return None


def lay_files(folder, objects):
    """The files that commands of the pages read."""
    for name, text in (("backup.cmd", "@exit /b 0\r\n"), ("data.bin", "1.25"),
                       ("zeros.bin", "\0" * 64), ("objects.yaml", objects),
                       ("other.yaml", "version: 1\nevents: { Other: { reset: manual } }\n"
                                      "defaults: { access: { read: [Users] } }\n"),
                       ("pricing.yaml", "version: 1\nevents: { Repriced: { reset: manual } }\n"
                                        "defaults: { access: { read: [Users] } }\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    for name in ("client/examples/prices.yaml", "config/demo.yaml", "config/shmbroker.yaml"):
        shutil.copy(os.path.join(ROOT, name), folder)


def base(word):
    """A program's name without folder and ending."""
    word = re.split(r"[\\/]", word.strip('"'))[-1].lower()
    return word[:-4] if word.endswith(".exe") else word


def script_of(word):
    """The path of a script of this tree that a word names, else None."""
    path = word.replace("\\", "/")
    if "/" not in path and path.endswith(".ps1"):
        path = "tests/windows/" + path
    return path if re.fullmatch(r"(install|tests)/[\w./-]+\.(sh|cmd|ps1|py)", path) else None


def is_known(word):
    """Whether a command may begin with this word."""
    return base(word) in ("shmb", "shmbroker") or base(word) in ELSEWHERE or \
        base(word) in RUN_BY_CMD or \
        base(word) in OURS_ELSEWHERE or bool(script_of(word)) or word.startswith("build/host/bin/")


def faults_of_script(path, words):
    """A script of this tree that a page names: it is there, and knows its options."""
    full = os.path.join(ROOT, path)
    if not os.path.exists(full):
        return [f"there is no {path}"]
    with open(full, encoding="utf-8") as file:
        text = file.read()
    faults = [f"{path} does not know {word}" for word in words
              if re.match(r"--?[A-Za-z]", word) and word not in text
              and not re.search(r"\$" + word.lstrip("-") + r"\b", text)]
    if path == "tests/run.sh":
        faults += faults_of_tests(word for word in words if word.startswith("test_"))
    return faults


def faults_of_tests(names):
    """Test programs that a page names exist."""
    known = {name for _, _, files in os.walk(os.path.join(ROOT, "tests")) for name in files}
    return [f"there is no {name}" for name in names if name + ".c" not in known]


def is_powershell(text):
    """Whether a block or a span begins as PowerShell."""
    return bool(re.match(r"[A-Z][a-z]+-[A-Z]\w+\b|\$\w+ |try \{", text))


def faults_of_powershell(text):
    """Each command of a piece of PowerShell is in our module, or known."""
    module = "".join(text_below("install", name) for name in names_below("install", ".psm1"))
    return [f"{name}: no command of PowerShell that rules.py knows, nor one of our module"
            for name in dict.fromkeys(re.findall(r"(?<![\w-])[A-Z][a-z]+-[A-Z]\w+", text))
            if name not in CMDLETS and not re.search(rf"^function {name}\b", module, re.M)]


def names_below(folder, ending):
    return sorted({name for _, _, files in os.walk(os.path.join(ROOT, folder))
                   for name in files if name.endswith(ending)})


def text_below(folder, *names):
    """The text of the files of these names in a folder of the tree."""
    text = ""
    for place, folders, files in os.walk(os.path.join(ROOT, folder)):
        folders[:] = [one for one in folders if one not in ("build", ".git")]
        for name in files:
            if name in names:
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    text += file.read()
    return text


def faults_of_cmake(words):
    """Presets and options in a command of CMake are those of this tree."""
    with open(os.path.join(ROOT, "CMakePresets.json"), encoding="utf-8") as file:
        presets = file.read()
    options = text_below("", "CMakeLists.txt")
    faults = [f"there is no preset {after}" for word, after in zip(words, words[1:])
              if word == "--preset" and f'"{after}"' not in presets]
    return faults + [f"there is no option {name}" for name in
                     re.findall(r"-D(SHMB_\w+)=", " ".join(words)) if name not in options]


def faults_of_mirror(words):
    """Verbs and options in a command of shmbmirror are those that it knows."""
    verbs = text_below("client/mirror/verbs", "verbs.c")
    known = set(re.findall(r'^ {4}\{"([a-z]+)", ', verbs, re.M)) | {"--version", "--help"}
    options = set(re.findall(r'"(--[a-z]+)"', verbs))
    return [f"shmbmirror has no verb {words[0]}" for word in words[:1]
            if word not in known and word.split("|")[0] not in known] + \
        [f"shmbmirror has no option {word}" for word in re.findall(r"--[a-z-]+", " ".join(words[1:]))
         if word not in options]


def faults_of_msiexec(words):
    """Properties in a command of Windows Installer are those of the package."""
    package = text_below("install/msi", "ShmBroker.wxs", "make.py")
    return [f"the package has no property {name}" for name in
            re.findall(r"\b([A-Z]+)=", " ".join(words))
            if name not in package and not name.startswith("REINSTALL")]


def faults_elsewhere(words):
    """What is wrong with a command that is not run here."""
    script = script_of(words[0])
    if script:
        return faults_of_script(script, words[1:])
    if words[0].startswith("build/host/bin/"):
        return faults_of_tests([base(words[0])])
    if base(words[0]) == "cmake":
        return faults_of_cmake(words[1:])
    if base(words[0]) == "shmbmirror":
        return faults_of_mirror(words[1:])
    if base(words[0]) == "msiexec":
        return faults_of_msiexec(words[1:])
    if base(words[0]) == "powershell":  # -File SCRIPT, with its parameters
        return [fault for word in words if script_of(word)
                for fault in faults_of_script(script_of(word), words[words.index(word) + 1:])]
    return []
