#!/usr/bin/env python3
"""Reads the examples in install/deploy that are not run, and what two of them share.

The playbook is YAML, its modules are known, the options of its `shmbroker apply` are in the help, and
what it takes of the answer is in client/json.md. Both scripts for Intune have the same configuration. Every file of the folder is in
its README.
"""
import os
import re
import sys

import yaml

import json_documents

FOLDER = os.path.join(json_documents.ROOT, "install/deploy")
HELP = os.path.join(json_documents.ROOT, "service/win32/arguments/help.c")
MODULES = {"ansible.builtin.debug"} | {
    "ansible.windows." + name for name in ("win_file", "win_copy", "win_package", "win_command")
}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check_playbook(complaints):
    (play,) = yaml.safe_load(read(os.path.join(FOLDER, "ansible.yml")))
    used = set()
    for task in play["tasks"]:
        modules = [key for key in task if "." in key]
        used |= set(modules)
        if len(modules) != 1 or not task["name"][0].isupper():
            complaints.append(f"ansible.yml: {task['name']}: {modules}")
    if used != MODULES:
        complaints.append(f"ansible.yml uses {sorted(used)}")
    (apply,) = [task for task in play["tasks"] if "ansible.windows.win_command" in task]
    words = re.findall(r"'([^']*)'", apply["ansible.windows.win_command"]["argv"])
    helped = re.search(r"help_apply\[\] =(.*?);\n", read(HELP), re.S).group(1)
    for option in [word for word in words if word.startswith("--")]:
        if option not in helped:
            complaints.append(f"ansible.yml: shmbroker apply has no {option}")
    table = json_documents.read_tables()["shmbroker apply"]
    for text, member, kind in (
        (apply["changed_when"], "changed", "boolean"),
        (apply["failed_when"], "result", '"'),
        (play["tasks"][-1]["when"], "degraded", "boolean"),
    ):
        if re.findall(r"from_json\)\.(\w+) \| default", text) != [member] or not table[f"`{member}`"].startswith(kind):
            complaints.append(f"ansible.yml: not {member}: {text}")
    for word in re.findall(r"'(\w+)'", apply["failed_when"]):
        if f'"{word}"' not in table["`result`"]:
            complaints.append(f"ansible.yml: shmbroker apply has no result {word}")


def main():
    complaints = []
    check_playbook(complaints)
    texts = {
        re.search(r"@'\n(.*?)\n'@", read(os.path.join(FOLDER, name)), re.S).group(1)
        for name in ("intune-detect.ps1", "intune-remediate.ps1")
    }
    if len(texts) != 1:
        complaints.append("the scripts for Intune have different configurations")
    page = read(os.path.join(FOLDER, "README.md"))
    complaints += [
        f"README.md does not link {name}"
        for name in os.listdir(FOLDER)
        if name != "README.md" and f"]({name})" not in page
    ]
    print("\n".join(complaints) or "the examples are whole")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
