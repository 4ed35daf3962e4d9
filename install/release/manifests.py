#!/usr/bin/env python3
"""Makes the manifests of a release from its packages: winget, Chocolatey, vcpkg.

  SHMB_HOME_URL=ADDRESS manifests.py FOLDER      makes FOLDER/manifests anew

FOLDER is that of install/package.sh; its SHA256SUMS must hold. ADDRESS is the project's, without a
slash at its end; its releases are at ADDRESS/releases/download/vVERSION. The templates are in the
folders beside this file: @NAME@ stands for a value. The release date is SOURCE_DATE_EPOCH.
"""
import hashlib
import os
import re
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "install", "msi"))
sys.dont_write_bytecode = True
import make  # noqa: E402  the codes of the MSI

WINGET = {"version.yaml": "", "installer.yaml": ".installer", "locale.yaml": ".locale.en-US"}


def fail(text):
    sys.exit(f"manifests.py: {text}")


def sums(folder):
    """The packages by name, with their SHA-256; each is what SHA256SUMS says."""
    found = {}
    with open(os.path.join(folder, "SHA256SUMS"), encoding="ascii") as file:
        for line in file:
            value, name = line.split()
            found[name] = value
            if digest(folder, name, "sha256") != value:
                fail(f"{name} is not the file of SHA256SUMS: make the packages again")
    return found


def digest(folder, name, algorithm):
    with open(os.path.join(folder, name), "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def only(names, pattern):
    found = [match for match in (re.fullmatch(pattern, name) for name in names) if match]
    if len(found) != 1:
        fail(f"SHA256SUMS has {len(found)} files like {pattern}, not 1")
    return found[0]


def chocolatey_version(version):
    """Chocolatey orders candidates as text: 1.0.0-rc01."""
    number, _, candidate = version.partition("-rc.")
    return f"{number}-rc{int(candidate):02}" if candidate else number


def values(folder, home):
    files = sums(folder)
    msi = only(files, r"ShmBroker-(\d+\.\d+\.\d+(?:-rc\.\d+)?)-x64\.msi")
    source = only(files, r"ShmBroker-.*-source\.tar\.gz")[0]
    version = msi[1]
    with open(os.path.join(ROOT, "LICENSE"), encoding="utf-8") as file:
        rights = re.search(r"^Copyright.*$", file.read(), re.M)[0]
    return {"VERSION": version, "NUMBER": version.split("-")[0], "HOME": home, "COPYRIGHT": rights,
            "MSI": msi[0], "MSI_SHA256": files[msi[0]].upper(), "PRODUCT_CODE": make.code("product " + version),
            "UPGRADE_CODE": str(make.SPACE).upper(), "CHOCOLATEY_VERSION": chocolatey_version(version),
            "SOURCE": source, "SOURCE_SHA512": digest(folder, source, "sha512"),
            "DATE": time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))}


def fill(source, target, known):
    with open(source, encoding="utf-8") as file:
        text = re.sub(r"@([A-Z0-9_]+)@", lambda match: known[match[1]], file.read())
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def main(arguments):
    home = os.environ.get("SHMB_HOME_URL", "")
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if not re.fullmatch(r"https://[^\s\"'<>&@]+[^\s\"'<>&@/]", home):
        fail(f"SHMB_HOME_URL must be the project's address, as https://HOST/OWNER/PROJECT, not \"{home}\"")
    known = values(arguments[0], home)
    out = os.path.join(arguments[0], "manifests")
    shutil.rmtree(out, ignore_errors=True)  # of another version
    for name, part in WINGET.items():
        fill(os.path.join(HERE, "winget", name),
             os.path.join(out, "winget", known["VERSION"], f"ShmBroker.ShmBroker{part}.yaml"), known)
    for kind in ("chocolatey", "vcpkg"):
        for folder, _, files in os.walk(os.path.join(HERE, kind)):
            for name in files:
                path = os.path.join(folder, name)
                fill(path, os.path.join(out, os.path.relpath(path, HERE)), known)
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
