#!/usr/bin/env python3
"""Holds install/ShmBroker.psm1 against client/json.md and the help texts, without PowerShell.

Follows each document from Invoke-Verb through variables, loops and calls: every member that is used
is in the table of that verb, and none is taken of what can be null without a test for it. Every
option is in the help of its verb, and the functions of COMPLETE have all options of theirs. What is
exported is in the manifest, and has help for each of its parameters, and examples. What
ShmBroker.format.ps1xml shows is there. Then changes each member after the other, and fails where that
is not found.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

import json_documents

INSTALL = os.path.join(json_documents.ROOT, "install")
HELP = os.path.join(json_documents.ROOT, "service/win32/arguments/help.c")
# Functions that know every option of their verb.
COMPLETE = {"Test-ShmBrokerConfig", "Install-ShmBroker", "Update-ShmBrokerConfig"}
CHAIN = re.compile(r"\$(\w+)((?:\.\w+)+)(?![\w(])")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def functions_of(text):
    """name -> (comment above it, text from "function" to the brace in column 0)"""
    found = re.findall(r"((?:<#(?:(?!#>).)*#>\n)?)^(function ([\w-]+).*?^\}$)", text, re.S | re.M)
    return {name: (comment, code) for comment, code, name in found}


class Follow:
    """A value is (table, path): the object or array at `path` of a table that json_documents expands."""

    def __init__(self, text):
        self.complaints = []
        self.seen = set()
        tables = json_documents.read_tables()
        every = json_documents.expand(tables, "Every document")
        self.tables = {
            name: {**every, **json_documents.expand(tables, name)} for name in tables if name != "Every document"
        }
        self.functions = functions_of(re.sub(r"\$\w+\.PSObject\.", "", text))
        for name, (_, code) in self.functions.items():
            if name == "Invoke-Verb":
                self.function(name, {"json": ("Failure", "")})
            elif "Invoke-Verb $PSCmdlet" in code:
                self.function(name, {})
        for name, (_, code) in self.functions.items():
            if re.search(r"\$json", code) and not any(name == seen for seen, _ in self.seen):
                self.complaints.append(f"{name}: no document comes here")

    def parameter(self, name):
        code = self.functions[name][1]
        inside = re.match(r"function [\w-]+\((.*?)\) \{", code, re.S)
        return inside and re.search(r"\$(\w+)", inside.group(1)).group(1)

    def member(self, name, code, value, variable, members):
        """The value behind `$variable.members`."""
        table, path = value
        walked = "$" + variable
        for number, key in enumerate(members):
            path = f"{path}.{key}" if path else key
            walked += "." + key
            kind = self.tables[table].get(path)
            if kind is None:
                self.complaints.append(f"{name}: {walked}: {table} has no {path}")
                return None
            last = number + 1 == len(members)
            if not last and kind.endswith("?") and not re.search(r"\$null -(ne|eq) " + re.escape(walked) + r"\b", code):
                self.complaints.append(f"{name}: {walked} can be null, and nothing asks")
        return table, path

    def kind(self, value):
        return self.tables[value[0]].get(value[1], "object")

    def function(self, name, values):
        key = (name, tuple(sorted(values.items())))
        if key in self.seen:
            return
        self.seen.add(key)
        code = self.functions[name][1]
        for variable, value in values.items():
            if self.kind(value).endswith("?") and f"$null -eq ${variable}" not in code:
                self.complaints.append(f"{name}: ${variable} can be null, and nothing asks")
        values, answer = dict(values), None
        for line in code.split("\n"):
            verb = re.search(r"Invoke-Verb \$PSCmdlet (\w+)( @\('(--verify)'\))?", line)
            if verb:
                answer = ("shmbroker " + verb.group(1) + (" " + verb.group(3) if verb.group(3) else ""), "")
                if answer[0] not in self.tables:
                    self.complaints.append(f"{name}: client/json.md has no {answer[0]}")
                    return
                whole = re.search(r"\$(\w+) = \(Invoke-Verb .*\)\.Json", line)
                if whole:
                    values[whole.group(1)] = answer
            self.line(name, code, line, values, answer)

    def line(self, name, code, line, values, answer):
        def value_of(variable, rest):
            members = rest.strip(".").split(".") if rest else []
            if variable == "answer" and members == ["Json"] and answer:
                return answer
            if variable in values:
                return self.member(name, code, values[variable], variable, members)
            return None

        reference = r"\$(\w+)((?:\.\w+)*)"
        for loop in re.finditer(r"foreach \(\$(\w+) in " + reference + r"\)", line):
            value = value_of(loop.group(2), loop.group(3))
            if value:
                if not self.kind(value).startswith("array"):
                    self.complaints.append(f"{name}: {loop.group(0)}: no array")
                values[loop.group(1)] = (value[0], value[1] + "[]")
        for sets in re.finditer(r"(\$json\w*) = " + reference + r"$", line):
            value = value_of(sets.group(2), sets.group(3))
            if value:
                values[sets.group(1)[1:]] = value
        for call in re.finditer(r"(ConvertTo-\w+) " + reference, line):
            value = value_of(call.group(2), call.group(3))
            if value and call.group(1) in self.functions and self.kind(value).startswith(("object", "array of object")):
                self.function(call.group(1), {self.parameter(call.group(1)): value})
        for chain in CHAIN.finditer(line):
            if chain.group(1) in values:
                self.member(name, code, values[chain.group(1)], chain.group(1), chain.group(2)[1:].split("."))
            elif chain.group(1).startswith("json"):
                self.complaints.append(f"{name}: {chain.group(0)}: of no document")


def help_of(text, verb):
    return "".join(re.findall(rf"help_{verb}\[\] =(.*?);\n", text, re.S))


def check_options(functions, complaints):
    text = read(HELP)
    for name, (_, code) in functions.items():
        verbs = re.findall(r"Invoke-Verb \$PSCmdlet (\w+)", code)
        helps = "".join(help_of(text, verb) for verb in verbs)
        given = re.findall(r"'(--[\w-]+)'", code) if verbs else []
        for option in given:
            if not re.search(re.escape(option) + r"\b(?!-)", helps):
                complaints.append(f"{name}: the help of {' and '.join(verbs)} has no {option}")
        if name in COMPLETE:
            known = re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_of(text, verbs[0]))
            for option in sorted(set(known) - set(given) - {"--json"}):
                complaints.append(f"{name}: {option} cannot be given")


def check_exports(module, functions, complaints):
    exported = re.findall(r"[A-Z]\w+-\w+", module.rpartition("Export-ModuleMember")[2].replace("-Function", ""))
    manifest = read(os.path.join(INSTALL, "ShmBroker.psd1.in"))
    listed = re.findall(r"'(\w+-\w+)'", manifest[manifest.index("FunctionsToExport") :])
    if sorted(exported) != sorted(listed):
        complaints.append(f"exported: {exported}, in the manifest: {listed}")
    for name in exported:
        comment, code = functions[name]
        parameters = re.search(r"\n    param\((.*?)\)\n\n", code, re.S).group(1)
        wanted = re.findall(r"\[(?:string|switch|object|long|int|double)(?:\[\])?\] \$(\w+)", parameters)
        helped = re.findall(r"\.PARAMETER (\w+)", comment)
        if wanted != helped or not re.search(r"\.SYNOPSIS\n.*\.DESCRIPTION\n.*\.EXAMPLE\n", comment, re.S):
            complaints.append(f"{name}: parameters {wanted}, help for {helped}")


def check_format(module, complaints):
    types = {}
    for name, body in re.findall(r"PSTypeName = '(.*?)'\n(.*?)\n    \}", module, re.S):
        types[name] = re.findall(r"^ +(\w+) = ", body, re.M)
    for view in ET.parse(os.path.join(INSTALL, "ShmBroker.format.ps1xml")).iter("View"):
        name = view.find("ViewSelectedBy/TypeName").text
        for shown in view.iter("PropertyName"):
            if shown.text not in types.get(name, []):
                complaints.append(f"ShmBroker.format.ps1xml: {name} has no {shown.text}")


def mutants(module):
    """Each member of a document that the module takes, under another name."""
    for chain in CHAIN.finditer(module):
        if chain.group(1).startswith("json") and ".PSObject" not in chain.group(0):
            yield chain.group(0), module[: chain.end()] + "_x" + module[chain.end() :]


def main():
    complaints, number = [], 0
    for file in os.listdir(INSTALL):
        if file.startswith("ShmBroker."):
            if not read(os.path.join(INSTALL, file)).isascii():
                complaints.append(f"{file} is not in ASCII")
    module = read(os.path.join(INSTALL, "ShmBroker.psm1"))
    follow = Follow(module)
    complaints += follow.complaints
    check_options(follow.functions, complaints)
    check_exports(module, follow.functions, complaints)
    check_format(module, complaints)
    if not complaints:
        for what, text in mutants(module):
            number += 1
            if not Follow(text).complaints:
                complaints.append(f"not found: {what}_x")
        if number < 60:
            complaints.append(f"only {number} members of documents are found in the module")
    print("\n".join(complaints) or f"{number} members")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
