#!/usr/bin/env python3
"""The manifests of install/release/manifests.py are what winget, Chocolatey and vcpkg read.

  manifests.py FOLDER      that of the packages; the manifests are in its folder manifests

winget's rules are those of its schemas 1.10.0, Chocolatey's those of NuGet's nuspec.xsd and of its
community repository, vcpkg's those of vcpkg.schema.json: here are those for the members that we use.
"""
import glob
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

import jsonschema
import yaml

HOME = os.environ["SHMB_HOME_URL"]


def text(least, most, pattern=".*"):
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": f"^(?:{pattern})$"}


def only(members, optional=()):
    return {"type": "object", "properties": members, "required": [name for name in members if name not in optional],
            "additionalProperties": False}


def many(items, most):
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most, "uniqueItems": True}


URL = text(1, 2048, re.escape(HOME) + r"[A-Za-z0-9./_-]*")
CODE = text(1, 255, r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")
COMMON = {"PackageIdentifier": text(1, 128, r"[^.\s\\/:*?\"<>|]{1,32}(\.[^.\s\\/:*?\"<>|]{1,32}){1,7}"),
          "PackageVersion": text(1, 128, r"[^\\/:*?\"<>|]+"), "ManifestVersion": {"const": "1.10.0"}}
WINGET = {
    "": only({**COMMON, "DefaultLocale": {"const": "en-US"}, "ManifestType": {"const": "version"}}),
    ".locale.en-US": only({
        **COMMON, "ManifestType": {"const": "defaultLocale"}, "PackageLocale": {"const": "en-US"},
        "Publisher": text(2, 256), "PackageName": text(2, 256), "License": text(3, 512), "Copyright": text(3, 512),
        "ShortDescription": text(3, 256), "Description": text(3, 10000), "Moniker": text(1, 40),
        "Tags": many(text(1, 40), 16), **{name: URL for name in (
            "PublisherUrl", "PublisherSupportUrl", "PackageUrl", "LicenseUrl", "ReleaseNotesUrl")}}),
    ".installer": only({
        **COMMON, "ManifestType": {"const": "installer"},
        "Platform": many({"enum": ["Windows.Desktop", "Windows.Universal"]}, 2),
        "MinimumOSVersion": text(1, 23, r"\d{1,5}(\.\d{1,5}){0,3}"), "InstallerType": {"enum": ["msi", "wix"]},
        "Scope": {"enum": ["user", "machine"]},
        "InstallModes": many({"enum": ["interactive", "silent", "silentWithProgress"]}, 3),
        "InstallerSwitches": only({"InstallLocation": text(1, 512)}),
        "UpgradeBehavior": {"enum": ["install", "uninstallPrevious", "deny"]}, "Commands": many(text(1, 40), 16),
        "ElevationRequirement": {"enum": ["elevationRequired", "elevationProhibited", "elevatesSelf"]},
        "ReleaseDate": text(10, 10, r"\d{4}-\d\d-\d\d"),
        "Installers": many(only({
            "Architecture": {"enum": ["x86", "x64", "arm", "arm64", "neutral"]}, "InstallerUrl": URL,
            "InstallerSha256": text(64, 64, "[A-Fa-f0-9]{64}"), "ProductCode": CODE,
            "AppsAndFeaturesEntries": many(only({
                "DisplayName": text(1, 256), "Publisher": text(1, 256), "DisplayVersion": text(1, 128),
                "ProductCode": CODE, "UpgradeCode": CODE}), 128)}), 1024)})}
VERSION = r"\d+\.\d+\.\d+(-rc\.\d+)?"
VCPKG = only({"name": text(1, 99, "[a-z0-9]+(-[a-z0-9]+)*"), "version-semver": text(5, 99, VERSION),
              "description": text(1, 999), "homepage": URL, "license": {"const": "MIT"},
              "supports": text(1, 99, r"[a-z0-9 &|!()]+"),
              "dependencies": many(only({"name": text(1, 99, "[a-z0-9-]+"), "host": {"type": "boolean"}}), 9)})
# nuspec.xsd has the first ones; the others are Chocolatey's own.
NUSPEC = {"id", "version", "title", "authors", "projectUrl", "licenseUrl", "requireLicenseAcceptance", "copyright",
          "summary", "description", "releaseNotes", "tags"} | {"packageSourceUrl", "bugTrackerUrl", "docsUrl"}
wrong = []


def must(holds, said):
    if not holds:
        wrong.append(said)


def obeys(name, value, schema):
    for error in jsonschema.Draft7Validator(schema).iter_errors(value):
        wrong.append(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:200]}")


def read(path):
    with open(path, encoding="utf-8") as file:
        content = file.read()
    must("@" not in re.sub(r"@\(", "", content), f"{path} has an @, which was not filled in")
    return content


def of_msi(path):
    """The properties of the MSI."""
    table = subprocess.run(["msiinfo", "export", path, "Property"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("\t", 1) for line in table.replace("\r", "").splitlines() if "\t" in line)


def winget(folder, version, msi, sums, properties):
    found = {}
    for part, schema in WINGET.items():
        name = f"ShmBroker.ShmBroker{part}.yaml"
        found[part] = yaml.safe_load(read(os.path.join(folder, "winget", version, name)))
        obeys(name, found[part], schema)
        must(found[part]["PackageVersion"] == version, f"{name}: another version")
    must(len(os.listdir(os.path.join(folder, "winget", version))) == len(WINGET), "winget: a file too many")
    installer = found[".installer"]["Installers"][0]
    must(installer["InstallerUrl"] == f"{HOME}/releases/download/v{version}/{msi}", "winget: another address")
    must(installer["InstallerSha256"].lower() == sums[msi], "winget: another sum")
    entry = installer["AppsAndFeaturesEntries"][0]
    wanted = {"DisplayName": "ProductName", "Publisher": "Manufacturer", "DisplayVersion": "ProductVersion",
              "ProductCode": "ProductCode", "UpgradeCode": "UpgradeCode"}
    for name, known in wanted.items():
        must(entry[name] == properties[known], f"winget: {name} is not {properties[known]}, which the MSI has")
    must(installer["ProductCode"] == properties["ProductCode"], "winget: another product code")


def chocolatey(folder, version, msi, sums):
    nuspec = os.path.join(folder, "chocolatey", "shmbroker.nuspec")
    space = "{http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd}"
    top = xml.fromstring(read(nuspec))
    must([part.tag for part in top] == [space + "metadata", space + "files"], "nuspec: other parts")
    members = {part.tag.removeprefix(space): part.text for part in top[0]}
    must(set(members) == NUSPEC and len(top[0]) == len(NUSPEC), f"nuspec: {sorted(set(members) ^ NUSPEC)}")
    must(all(members.values()), "nuspec: an empty member")
    # candidates are ordered as text
    ordered = re.sub(r"-rc\.(\d+)$", lambda found: f"-rc{int(found[1]):02}", version)
    must(members["version"] == ordered, f"nuspec: version {members['version']}, not {ordered}")
    must("," not in members["tags"] and members["id"] == members["id"].lower(), "nuspec: tags or id")
    must(len(members["description"]) <= 4000, "nuspec: the description is too long")
    for name in members:
        if name.endswith("Url"):
            obeys("nuspec: " + name, members[name], URL)
    for file in top[1]:
        must(os.path.exists(os.path.join(folder, "chocolatey", *file.get("src").split("\\"))), "nuspec: a file is missing")
    script = read(os.path.join(folder, "chocolatey", "tools", "chocolateyinstall.ps1"))
    for word in (f"'{HOME}/releases/download/v{version}/{msi}'", f"'{sums[msi].upper()}'", "-ChecksumType64 'sha256'",
                 "-FileType 'msi'", '"/qn /norestart '):
        must(word in script, f"chocolateyinstall.ps1 does not have {word}")
    for opened, closed in ("()", "{}"):
        must(script.count(opened) == script.count(closed), f"chocolateyinstall.ps1: {opened} without {closed}")


def main(arguments):
    packages = arguments[0]
    with open(os.path.join(packages, "SHA256SUMS"), encoding="ascii") as file:
        sums = {name: value for value, name in map(str.split, file)}
    path, = glob.glob(os.path.join(glob.escape(packages), "ShmBroker-*.msi"))
    msi, folder = os.path.basename(path), os.path.join(packages, "manifests")
    version, = os.listdir(os.path.join(folder, "winget"))
    must(re.fullmatch(VERSION, version), f"version {version}")
    winget(folder, version, msi, sums, of_msi(path))
    chocolatey(folder, version, msi, sums)
    port = json.loads(read(os.path.join(folder, "vcpkg", "vcpkg.json")))
    obeys("vcpkg.json", port, VCPKG)
    must(port["version-semver"] == version, "vcpkg.json: another version")
    for line in wrong:
        print(line)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
