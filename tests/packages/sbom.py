#!/usr/bin/env python3
"""The SBOM of a folder of packages: well-formed SPDX 2.3, and true.

  sbom.py FOLDER

FOLDER is that of install/package.sh, SOURCE_DATE_EPOCH as it was then. Each file of each package is
there with its checksums, nothing else is, and what is linked into the programs can be seen in them.
Wrong copies of the document are found.
"""
import copy
import hashlib
import json
import os
import re
import sys
import time
import zipfile

import jsonschema


def only(required, optional=None):
    """An object with these members and no others, as in SPDX's own schema."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
            "additionalProperties": False}


def many(items, least=1):
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": True}


TEXT = {"type": "string", "minLength": 1}
ID = {"type": "string", "pattern": r"^SPDXRef-[A-Za-z0-9.\-]+$"}
LICENCE = {"type": "string", "pattern": r"^(NOASSERTION|[A-Za-z0-9.\-]+( (WITH|AND|OR) [A-Za-z0-9.\-]+)*)$"}
SUMS = many({"oneOf": [
    only({"algorithm": {"const": "SHA1"}, "checksumValue": {"type": "string", "pattern": "^[0-9a-f]{40}$"}}),
    only({"algorithm": {"const": "SHA256"}, "checksumValue": {"type": "string", "pattern": "^[0-9a-f]{64}$"}})]}, 2)
AGENT = {"type": "string", "pattern": "^(NOASSERTION|(Person|Organization): .+)$"}
PLACE = {"type": "string", "pattern": "^(NOASSERTION|https://.+)$"}
SCHEMA = only({
    "spdxVersion": {"const": "SPDX-2.3"}, "dataLicense": {"const": "CC0-1.0"},
    "SPDXID": {"const": "SPDXRef-DOCUMENT"}, "name": TEXT,
    "documentNamespace": {"type": "string", "pattern": "^https://[^#]+$"},
    "creationInfo": only({"created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                          "creators": many({"type": "string", "pattern": "^(Tool|Person|Organization): .+$"})}),
    "packages": many(only({"SPDXID": ID, "name": TEXT, "downloadLocation": PLACE}, {
        "versionInfo": TEXT, "packageFileName": TEXT, "supplier": AGENT, "homepage": PLACE,
        "filesAnalyzed": {"type": "boolean"}, "packageVerificationCode": only({"packageVerificationCodeValue": TEXT}),
        "checksums": SUMS, "licenseConcluded": LICENCE, "licenseDeclared": LICENCE,
        "licenseInfoFromFiles": many(LICENCE), "copyrightText": TEXT, "comment": TEXT, "sourceInfo": TEXT,
        "primaryPackagePurpose": {"enum": ["INSTALL", "ARCHIVE", "LIBRARY", "SOURCE"]},
        "externalRefs": many(only({"referenceCategory": {"const": "PACKAGE-MANAGER"},
                                   "referenceType": {"const": "purl"},
                                   "referenceLocator": {"type": "string", "pattern": "^pkg:[a-z]+/[^ ]+@[^ ]+$"}}))})),
    "files": many(only({"SPDXID": ID, "checksums": SUMS, "fileName": {"type": "string", "pattern": r"^\./"}}, {
        "fileTypes": many({"enum": ["BINARY", "DOCUMENTATION", "IMAGE", "SOURCE", "TEXT"]}),
        "licenseConcluded": LICENCE, "licenseInfoInFiles": many(LICENCE), "copyrightText": TEXT})),
    "relationships": many(only({"spdxElementId": ID, "relatedSpdxElement": ID, "relationshipType": {
        "enum": ["DESCRIBES", "CONTAINS", "STATIC_LINK", "GENERATED_FROM"]}}))},
    {"hasExtractedLicensingInfos": many(only({"licenseId": {"type": "string", "pattern": "^LicenseRef-"},
                                              "extractedText": TEXT}, {"name": TEXT}))})


# of each library that is linked in: a text that programs have with it
MESSAGES = {"libyaml": b"did not find expected <document start>", "hiredis": b"Protocol error, got "}


def digests(data):
    return {"SHA1": hashlib.sha1(data).hexdigest(), "SHA256": hashlib.sha256(data).hexdigest()}


def stated(element):
    return {one["algorithm"]: one["checksumValue"] for one in element["checksums"]}


def faults(document, folder):
    """What is wrong, a line each."""
    wrong = [f"schema: {error.message[:120]}" for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(document)]
    if wrong:
        return wrong
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    if document["creationInfo"]["created"] != created:
        wrong.append("created is not SOURCE_DATE_EPOCH")
    elements = document["packages"] + document["files"]
    known = {element["SPDXID"]: element for element in elements}
    if len(known) != len(elements):
        wrong.append("two elements have one identifier")
    related = {}
    for relation in document["relationships"]:
        one, kind, other = (relation[key] for key in ("spdxElementId", "relationshipType", "relatedSpdxElement"))
        if one not in known and one != "SPDXRef-DOCUMENT" or other not in known:
            wrong.append(f"{one} {kind} {other}: an end is unknown")
            continue
        related.setdefault((one, kind), []).append(known[other])
    named = {element["licenseId"] for element in document.get("hasExtractedLicensingInfos", [])}
    for element in elements:
        for word in re.findall(r"LicenseRef-[^ ]+", element.get("licenseDeclared", "")):
            if word not in named:
                wrong.append(f"{word} has no text")
    wrong += of_packages(document, folder, related)
    contained = {file["SPDXID"] for (_, kind), files in related.items() if kind == "CONTAINS" for file in files}
    wrong += [f"{file['SPDXID']} is in no package" for file in document["files"] if file["SPDXID"] not in contained]
    # What is Microsoft's in the module for PowerShell is also in a package of NuGet.
    foreign = {file["SPDXID"] for (one, kind), files in related.items() for file in files
               if kind == "CONTAINS" and "packageFileName" not in known.get(one, {})}
    wrong += [f"{file['fileName']} is of no package of NuGet" for file in document["files"]
              if file["fileName"].startswith("./powershell/ShmBroker/System.") and file["SPDXID"] not in foreign]
    return wrong


def of_packages(document, folder, related):
    wrong = []
    described = {element["packageFileName"] for element in related.get(("SPDXRef-DOCUMENT", "DESCRIBES"), [])}
    wanted = {name for name in os.listdir(folder) if name.endswith((".zip", ".msi"))}
    if described != wanted:
        wrong.append(f"described: {sorted(described)}, not {sorted(wanted)}")
    for package in document["packages"]:
        name = package.get("packageFileName")
        if not name:
            continue
        with open(os.path.join(folder, name), "rb") as file:
            if stated(package) != digests(file.read()):
                wrong.append(f"{name}: wrong checksums")
        if not package["filesAnalyzed"]:
            continue
        if not related.get((package["SPDXID"], "GENERATED_FROM")):
            wrong.append(f"{name}: made of nothing")
        files = related.get((package["SPDXID"], "CONTAINS"), [])
        code = hashlib.sha1("".join(sorted(stated(file)["SHA1"] for file in files)).encode()).hexdigest()
        if package["packageVerificationCode"]["packageVerificationCodeValue"] != code:
            wrong.append(f"{name}: wrong verification code")
        said = {word for file in files for word in file["licenseInfoInFiles"]} - {"NOASSERTION"}
        if set(package["licenseInfoFromFiles"]) != said or "MIT" not in said:
            wrong.append(f"{name}: of its files' licences {sorted(said)} it has {package['licenseInfoFromFiles']}")
        # the MSI holds the same tree as the zip
        wrong += of_files(os.path.join(folder, re.sub(r"\.msi$", ".zip", name)), files, related)
    return wrong


def of_files(path, files, related):
    """The files of a zip are these, and programs have what they are said to be linked with."""
    wrong, named = [], {file["fileName"]: file for file in files}
    with zipfile.ZipFile(path) as package:
        inside = {"./" + name.split("/", 1)[1]: name for name in package.namelist()}
        if set(inside) != set(named):
            wrong.append(f"{path}: its files differ in {sorted(set(inside) ^ set(named))[:5]}")
        for name in set(inside) & set(named):
            data = package.read(inside[name])
            if stated(named[name]) != digests(data):
                wrong.append(f"{path}: {name}: wrong checksums")
            parts = {part["name"]: part for part in related.get((named[name]["SPDXID"], "STATIC_LINK"), [])}
            # Libraries for .NET have no linker: install/sbom.py names the packages of those that are Microsoft's.
            if not name.endswith((".exe", ".dll")) or name.startswith("./powershell/"):
                wrong += [f"{path}: {name} is said to be linked"] if parts else []
                continue
            wrong += [f"{path}: {name} with {library}, or not: {sorted(parts)}" for library, message in MESSAGES.items()
                      if (message in data) != (library in parts)]
            licences = {"MIT"} | {part["licenseConcluded"] for library, part in parts.items() if library in MESSAGES}
            if named[name]["licenseConcluded"] != " AND ".join(sorted(licences)):
                wrong.append(f"{path}: {name} is under {named[name]['licenseConcluded']}, not {sorted(licences)}")
            machine = "i686" if int.from_bytes(data[int.from_bytes(data[60:64], "little") + 4:][:2], "little") == 0x14c \
                else "x86-64"
            compiler = [part for part in parts if machine in part]
            if len(compiler) != 2 or set(parts) != {*compiler, *(set(MESSAGES) & set(parts))}:
                wrong.append(f"{path}: {name} is linked with {sorted(parts)}, which is not gcc's and mingw-w64's part")
            if not any("libgcc.a" in parts[part]["comment"] for part in compiler):
                wrong.append(f"{path}: {name} has nothing of libgcc")
    return wrong


def mutants(document):
    """Documents that are wrong, and how."""
    def change(name, work):
        other = copy.deepcopy(document)
        work(other)
        return name, other

    def is_file(relation):
        return relation["relationshipType"] == "CONTAINS"
    yield change("a member that SPDX does not have", lambda d: d["files"][0].update(size=1))
    yield change("no place to load from", lambda d: d["packages"][0].pop("downloadLocation"))
    yield change("another sum of a file", lambda d: d["files"][0]["checksums"][1].update(checksumValue="0" * 64))
    yield change("a file less", lambda d: d["relationships"].remove(next(filter(is_file, d["relationships"]))))
    yield change("a licence less of a program", lambda d: [
        file.update(licenseConcluded="MIT") for file in d["files"] if "BSD-3-Clause" in file["licenseConcluded"]])
    yield change("no licence of a file", lambda d: [
        file.update(licenseInfoInFiles=["NOASSERTION"]) for file in d["files"]])
    yield change("another time", lambda d: d["creationInfo"].update(created="2001-01-01T00:00:00Z"))
    for library in MESSAGES:
        yield change(f"no {library}", lambda d, library=library: d.update(relationships=[
            one for one in d["relationships"] if library not in one["relatedSpdxElement"]]))


def main(arguments):
    folder = arguments[0]
    path, = (os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".spdx.json"))
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    wrong = faults(document, folder)
    wrong += [f"not found: {name}" for name, other in mutants(document) if not faults(other, folder)]
    for line in wrong:
        print(f"{os.path.basename(path)}: {line}")
    print(f"{len(document['packages'])} packages, {len(document['files'])} files, "
          f"{len(document['relationships'])} relationships")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
