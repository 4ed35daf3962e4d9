#!/usr/bin/env python3
"""Makes the SBOM of the packages in a folder: SPDX 2.3, as JSON.

  sbom.py FOLDER VERSION      writes FOLDER/ShmBroker-VERSION.spdx.json

install/package.sh has made the folder: packages, trees/ (what they hold) and build/ (linker maps).
What is linked into a program stands in its linker map: each library that a member came from. Debian's
package of such a library, with its version, comes from dpkg.

The same packages give the same bytes: the time is SOURCE_DATE_EPOCH. SHMB_HOME_URL, if set, is the
project's address, and the packages' download locations are those of its release.
"""
import functools
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPACE = uuid.UUID("7e2c8a54-5e0b-4b7e-9c55-3b1c0b2e8d16")
UNKNOWN = "NOASSERTION"
TYPES = {".exe": "BINARY", ".dll": "BINARY", ".a": "BINARY", ".md": "DOCUMENTATION", ".svg": "IMAGE",
         ".h": "SOURCE", ".hpp": "SOURCE", ".c": "SOURCE", ".cpp": "SOURCE", ".js": "SOURCE",
         ".prg": "SOURCE", ".cs": "SOURCE", ".py": "SOURCE", ".cmake": "SOURCE"}
# Debian's source package of a library that the compiler brings: its licence, as SPDX writes it.
COMPILER_LICENCES = {"gcc-mingw-w64": "GPL-3.0-or-later WITH GCC-exception-3.1"}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def checksums(data):
    return [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(data).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(data).hexdigest()}]


def ident(kind, name):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def linked(path):
    """The libraries and start objects of a linker map that the linker took something from."""
    text = read(path).decode()
    if "Memory Configuration" not in text:
        sys.exit(f"sbom.py: {path} is not a linker map")
    members, rest = text.split("Memory Configuration", 1)
    found = re.findall(r"^(\S.*\.a)\([^()]+\)$", members, re.M) + re.findall(r"^LOAD (\S.*\.o)$", rest, re.M)
    # ours are relative to the folder of the build
    return {os.path.realpath(os.path.join(os.path.dirname(path), os.pardir, name)) for name in found}


@functools.cache
def debian(path):
    """The installed package that a file belongs to: name, architecture, version and source; None
    where it is none of them."""
    owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
    if owner.returncode:
        return None
    name = owner.stdout.split(": ")[0].split(",")[0]
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Architecture} ${Version} ${source:Package}",
                            name], capture_output=True, text=True, check=True)
    return tuple(shown.stdout.split())


# What install/setup.sh unpacked: the file of the licence, a sentence of it, and where the version stands.
LIBRARIES = {
    "libyaml": {"licence": "MIT", "file": "License", "says": "Permission is hereby granted, free of charge",
                "homepage": "https://pyyaml.org/wiki/LibYAML", "in": "CMakeLists.txt",
                "version": r"set\s*\(YAML_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)\)"},
    "hiredis": {"licence": "BSD-3-Clause", "file": "COPYING", "says": "Neither the name of Redis",
                "homepage": "https://github.com/redis/hiredis", "in": "hiredis.h",
                "version": r"#define HIREDIS_(?:MAJOR|MINOR|PATCH) (\d+)"},
}


def library(name):
    """A library whose sources, Debian's or others, are in build/deps."""
    known, folder = LIBRARIES[name], os.path.join(ROOT, "build", "deps", name)
    changes = os.path.join(folder, "debian", "changelog")
    if os.path.exists(changes):
        version = re.match(rf"{name} \(([^)]+)\)", read(changes).decode())[1]
        source, purl = f"Debian's source package {name} {version}", f"pkg:deb/debian/{name}@{version}?arch=source"
        version = version.rsplit("-", 1)[0]
    else:
        version = ".".join(re.findall(known["version"], read(os.path.join(folder, known["in"])).decode()))
        source, purl = f"the sources in build/deps/{name}", f"pkg:generic/{name}@{version}"
    text = read(os.path.join(folder, known["file"])).decode()
    if known["says"] not in text:
        sys.exit(f"sbom.py: {name} is not under {known['licence']} any more")
    return {"SPDXID": ident("Package", name), "name": name, "versionInfo": version,
            "downloadLocation": UNKNOWN, "homepage": known["homepage"], "filesAnalyzed": False,
            "licenseConcluded": known["licence"], "licenseDeclared": known["licence"], "sourceInfo": source,
            "copyrightText": "\n".join(line for line in text.splitlines() if line.startswith("Copyright")),
            "supplier": "Organization: Debian" if "debian" in purl else UNKNOWN,
            "primaryPackagePurpose": "LIBRARY", "externalRefs": [package_url(purl)]}


def package_url(purl):
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}


class Document:
    def __init__(self, folder, version):
        self.folder, self.version = folder, version
        self.home = os.environ.get("SHMB_HOME_URL", "").rstrip("/")
        self.packages, self.files, self.relationships, self.licences = {}, {}, [], {}

    def relate(self, one, kind, other):
        relation = {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
        if relation not in self.relationships:
            self.relationships.append(relation)

    def compiler_part(self, package, libraries):
        """The package of what the compiler links in; returns its identifier."""
        name, architecture, version, source = package
        element = self.packages.setdefault(name, {
            "SPDXID": ident("Package", name), "name": name, "versionInfo": version, "downloadLocation": UNKNOWN,
            "filesAnalyzed": False, "supplier": "Organization: Debian", "copyrightText": UNKNOWN,
            "licenseConcluded": UNKNOWN, "licenseDeclared": self.compiler_licence(name, source),
            "primaryPackagePurpose": "LIBRARY", "comment": "",
            "externalRefs": [package_url(f"pkg:deb/debian/{name}@{version.replace('+', '%2B')}?arch={architecture}")]})
        known = set(element["comment"].removeprefix("linked in: ").split(", ")) - {""}
        element["comment"] = "linked in: " + ", ".join(sorted(known | libraries))
        return element["SPDXID"]

    def compiler_licence(self, name, source):
        if source in COMPILER_LICENCES:
            return COMPILER_LICENCES[source]
        path = f"/usr/share/doc/{name}/copyright"
        if not os.path.exists(path):
            return UNKNOWN
        licence = f"LicenseRef-{source}"
        self.licences[licence] = {"licenseId": licence, "name": f"the licences of {source}, as Debian lists them",
                                  "extractedText": read(path).decode()}
        return licence

    def link(self, identifier, build, target):
        """What is linked into a program of ours, as its map says."""
        ours = os.path.realpath(os.path.join(self.folder, "build"))
        parts, licences = {}, {"MIT"}
        for path in sorted(linked(os.path.join(self.folder, "build", build, "maps", target + ".map"))):
            built = re.search(r"/_deps/(\w+)-build/", path)
            if built:
                name = "libyaml" if built[1] == "yaml" else built[1]
                if name not in self.packages:
                    self.packages[name] = library(name)
                self.relate(identifier, "STATIC_LINK", self.packages[name]["SPDXID"])
                licences.add(LIBRARIES[name]["licence"])
            elif not path.startswith(ours + os.sep):
                package = debian(path)
                if not package:
                    sys.exit(f"sbom.py: {target} has something of {path}, which belongs to no package")
                parts.setdefault(package, set()).add(os.path.basename(path))
        if not parts:
            sys.exit(f"sbom.py: {target} has nothing of the compiler")
        for package in sorted(parts):
            self.relate(identifier, "STATIC_LINK", self.compiler_part(package, parts[package]))
        self.files[identifier]["licenseConcluded"] = " AND ".join(sorted(licences))

    def managed(self, identifier, file, top):
        """A library for .NET in the module for PowerShell: ours, or Microsoft's as install/nuget.sh lists it."""
        if file == "ShmBroker.Client.dll":
            return
        licences = read(os.path.join(top, "share/shmbroker/licences/dotnet.txt")).decode()
        listed = re.search(rf"^{re.escape(file)}: (\S+) (\S+)$", licences, re.M)
        if not listed:
            sys.exit(f"sbom.py: {file} is not in licences/dotnet.txt")
        element = self.packages.setdefault(listed[1], {
            "SPDXID": ident("Package", listed[1]), "name": listed[1], "versionInfo": listed[2],
            "downloadLocation": UNKNOWN, "filesAnalyzed": False, "supplier": "Organization: Microsoft",
            "copyrightText": re.search(r"^Copyright.*$", licences, re.M)[0], "licenseConcluded": "MIT",
            "licenseDeclared": "MIT", "primaryPackagePurpose": "LIBRARY",
            "externalRefs": [package_url(f"pkg:nuget/{listed[1]}@{listed[2]}")]})
        self.relate(element["SPDXID"], "CONTAINS", identifier)

    def tree(self, name):
        """The files of a tree: their identifiers, and the verification code of SPDX."""
        top = os.path.join(self.folder, "trees", name)
        found, sums = [], []
        for path in sorted(os.path.relpath(os.path.join(folder, file), top).replace(os.sep, "/")
                           for folder, _, files in os.walk(top) for file in files):
            data = read(os.path.join(top, path))
            identifier = ident("File", f"{name}-{path}-" + hashlib.sha1(path.encode()).hexdigest()[:8])
            found.append(identifier)
            sums.append(hashlib.sha1(data).hexdigest())
            stem, kind = os.path.splitext(path)
            text = re.fullmatch(r"share/shmbroker/(?:licences/(\w+)\.txt|LICENSE)", path)
            licence = None if not text else "MIT" if not text[1] else LIBRARIES.get(text[1], {}).get("licence")
            self.files[identifier] = {
                "SPDXID": identifier, "fileName": "./" + path, "checksums": checksums(data),
                "fileTypes": [TYPES.get(kind, "TEXT")], "licenseConcluded": licence or "MIT",
                "copyrightText": UNKNOWN, "licenseInfoInFiles": [licence or UNKNOWN]}
            if path.startswith("powershell/") and kind == ".dll":
                self.managed(identifier, os.path.basename(path), top)
            elif kind in (".exe", ".dll"):
                x86 = path.startswith("x86/") or name.endswith("-x86")
                self.link(identifier, "x86" if x86 else "x64", os.path.basename(stem))
        return found, hashlib.sha1("".join(sorted(sums)).encode()).hexdigest()

    def place(self, file):
        return f"{self.home}/releases/download/v{self.version}/{file}" if self.home else UNKNOWN

    def source(self, file):
        """The sources that all packages are made of."""
        self.packages[file] = {
            "SPDXID": ident("Package", file), "name": "ShmBroker sources", "versionInfo": self.version,
            "packageFileName": file, "downloadLocation": self.place(file), "filesAnalyzed": False,
            "checksums": checksums(read(os.path.join(self.folder, file))), "licenseConcluded": "MIT",
            "licenseDeclared": "MIT", "copyrightText": self.copyright(), "primaryPackagePurpose": "SOURCE"}

    def package(self, file, tree, files, verification):
        """One of our packages, which holds the files of a tree."""
        kind = "INSTALL" if file.endswith(".msi") else "ARCHIVE"
        identifier = ident("Package", file)
        concluded = {word for one in files for word in self.files[one]["licenseConcluded"].split(" AND ")}
        found = {word for one in files for word in self.files[one]["licenseInfoInFiles"]}
        self.packages[file] = {
            "SPDXID": identifier, "name": "ShmBroker client" if "-client-" in file else "ShmBroker",
            "versionInfo": self.version, "packageFileName": file, "supplier": UNKNOWN,
            "downloadLocation": self.place(file), "filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": verification},
            "checksums": checksums(read(os.path.join(self.folder, file))),
            "licenseConcluded": " AND ".join(sorted(concluded)), "licenseDeclared": "MIT",
            "licenseInfoFromFiles": sorted(found - {UNKNOWN}),
            "copyrightText": self.copyright(),
            "primaryPackagePurpose": kind, "comment": f"the files are below {tree}/" if kind == "ARCHIVE" else
            "the files are below the folder of the installation"}
        if self.home:
            self.packages[file]["homepage"] = self.home
        self.relate("SPDXRef-DOCUMENT", "DESCRIBES", identifier)
        self.relate(identifier, "GENERATED_FROM", ident("Package", f"ShmBroker-{self.version}-source.tar.gz"))
        for one in files:
            self.relate(identifier, "CONTAINS", one)

    @staticmethod
    def copyright():
        return re.search(r"^Copyright.*$", read(os.path.join(ROOT, "LICENSE")).decode(), re.M)[0]

    def text(self):
        name = f"ShmBroker-{self.version}"
        content = json.dumps([self.packages, self.files], sort_keys=True)
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
        document = {
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{uuid.uuid5(SPACE, content)}",
            "creationInfo": {"created": created, "creators": [f"Tool: ShmBroker-sbom.py-{self.version}"]},
            "packages": list(self.packages.values()), "files": list(self.files.values()),
            "relationships": self.relationships}
        if self.licences:
            document["hasExtractedLicensingInfos"] = list(self.licences.values())
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder, version = os.path.abspath(arguments[0]), arguments[1]
    document, trees = Document(folder, version), {}
    packages = [os.path.basename(path) for pattern in ("*.msi", "*.zip")
                for path in sorted(glob.glob(os.path.join(glob.escape(folder), "ShmBroker-" + pattern)))]
    if not packages:
        print(f"sbom.py: no packages in {folder}", file=sys.stderr)
        return 1
    document.source(f"ShmBroker-{version}-source.tar.gz")
    for file in packages:
        # ShmBroker-VERSION-x64.zip holds the tree ShmBroker-VERSION; a client package has its tree's name
        tree = os.path.splitext(file)[0] if "-client-" in file else f"ShmBroker-{version}"
        if tree not in trees:
            trees[tree] = document.tree(tree)
        document.package(file, tree, *trees[tree])
    with open(os.path.join(folder, f"ShmBroker-{version}.spdx.json"), "w", encoding="utf-8", newline="\n") as out:
        out.write(document.text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
