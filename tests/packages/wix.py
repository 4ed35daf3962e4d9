#!/usr/bin/env python3
"""What WiX gets on Windows, where WiX itself is not here: well-formed sources that say the same as those
for wixl with make.py's changes, in commands that name files which exist.

  wix.py TREE
"""
import os
import re
import sys
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "install", "msi"))
sys.dont_write_bytecode = True
import make  # noqa: E402

SPACE = "{http://schemas.microsoft.com/wix/2006/wi}"
wrong = []


def must(holds, said):
    if not holds:
        wrong.append(said)


def actions(top):
    return {one.get("Id"): one for one in top.iter(SPACE + "CustomAction")}


def compare():
    """The two branches of ShmBroker.wxs."""
    wixl, wix = (xml.fromstring(make.package_source(tool).encode()) for tool in (False, True))
    common, added = actions(wixl), actions(wix)
    statements = dict(re.findall(r"VALUES \('(\w+)', (\d+, 'INSTALLFOLDER', '.*')\)", "\n".join(make.ACTIONS)))
    must(set(added) - set(common) == set(statements), f"actions for WiX alone: {sorted(set(added) - set(common))}")
    for name, values in statements.items():
        one = added[name]
        # 34: a program in a folder; 64: its result does not count; 1024: later; 2048: as SYSTEM
        kind = 34 + 64 * (one.get("Return") == "ignore") + 1024 * (one.get("Execute") == "deferred") + \
            2048 * (one.get("Impersonate") == "no")
        must(f"{kind}, '{one.get('Directory')}', '{one.get('ExeCommand')}'" == values, f"{name}: not {values}")
    for name in common:
        must(common[name].attrib == added[name].attrib, f"{name} differs")
    path, = wix.iter(SPACE + "Environment")
    must((path.get("Name"), path.get("Action"), path.get("Part"), path.get("System")) ==
         ("PATH", "set", "last", "yes") and f"[~];{path.get('Value')}" in make.PATH[1], "the path differs")
    must(not list(wixl.iter(SPACE + "Environment")), "wixl gets what it does not know")
    upgrade, = wix.iter(SPACE + "MajorUpgrade")
    must(upgrade.get("AllowSameVersionUpgrades") == "yes", "a candidate is not upgraded by its release")
    must(upgrade.get("Schedule") == "afterInstallInitialize", "the former package is not removed in the transaction")
    must([one.get("Suppress") for one in wix.iter(SPACE + "AppSearch")] == ["yes"], "searched on the user's side")


def commands(tree):
    """The commands of WiX: caught, not run."""
    called = []

    def catch(words, check, **_):
        called.append((words, {word: open(word, encoding="utf-8").read() for word in words if word.endswith(".wxs")}))
        must(check, f"a failure of {words[0]} is not seen")
    real, make.subprocess.run = make.subprocess.run, catch
    try:
        make.make(tree, "1.2.3-rc.4", "out.msi", "wix")
    finally:
        make.subprocess.run = real
    (candle, sources), (light, _) = called
    must([os.path.basename(words[0]) for words, _ in called] == ["candle.exe", "light.exe"], "other programs")
    known = dict(word[2:].split("=", 1) for word in candle if word.startswith("-d"))
    used = set(re.findall(r"\$\(var\.(\w+)\)", "".join(sources.values())))
    must(set(known) == used, f"variables: {sorted(set(known) ^ used)}")
    must(known["Number"] == "1.2.3" and known["Version"] == "1.2.3-rc.4", "another version")
    folder = candle[candle.index("-out") + 1]
    objects = [re.sub(r"\.wxs$", ".wixobj", os.path.join(folder, os.path.basename(path))) for path in sources]
    must([word for word in light if word.endswith(".wixobj")] == objects, "light.exe gets other objects")
    base = light[light.index("-b") + 1]
    must(light[light.index("-out") + 1] == os.path.abspath("out.msi"), "another package")
    files = [one for text in sources.values() for one in xml.fromstring(text.encode()).iter(SPACE + "File")]
    must({one.get("Source") for one in files} == {os.path.relpath(os.path.join(path, name), tree)
         for path, _, names in os.walk(tree) for name in names}, "the files are not those of the tree")
    must(all(os.path.exists(os.path.join(base, one.get("Source"))) for one in files), "a file is missing")
    must(known["Broker"] in {one.get("Id") for one in files}, "the broker is no file of the package")


def main(arguments):
    compare()
    commands(os.path.abspath(arguments[0]))
    for line in wrong:
        print(line)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
