#!/usr/bin/env python3
"""Makes the MSI of a tree that `cmake --install` laid, with wixl, or with WiX 3.14.

  make.py TREE VERSION OUT.msi [WIX]     VERSION as in 1.0.0-rc.1; Windows Installer counts three numbers
                                         WIX: the folder of candle.exe and light.exe, on Windows

With wixl the same tree and version give the same bytes, if the files' own times are the same and
SOURCE_DATE_EPOCH is set.
"""
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from xml.sax.saxutils import quoteattr

HERE = os.path.dirname(os.path.abspath(__file__))
SPACE = uuid.UUID("7e2c8a54-5e0b-4b7e-9c55-3b1c0b2e8d16")  # the upgrade code


def code(what):
    """The GUID of a thing: the same for the same thing, for ever."""
    return str(uuid.uuid5(SPACE, what)).upper()


def ident(kind, path):
    """An identifier, at most 72 characters, unique for the path."""
    return f"{kind}_{uuid.uuid5(SPACE, path).hex}"


def folder(tree, path, refs, lines, depth):
    """The elements of a folder, below the one that INSTALLFOLDER is."""
    for name in sorted(os.listdir(os.path.join(tree, path))):
        inner = f"{path}/{name}" if path else name
        full = os.path.join(tree, inner)
        space = "  " * depth
        if os.path.isdir(full):
            lines.append(f"{space}<Directory Id={quoteattr(ident('d', inner))} Name={quoteattr(name)}>")
            folder(tree, inner, refs, lines, depth + 1)
            lines.append(f"{space}</Directory>")
            continue
        refs.append(ident("c", inner))
        lines.append(f'{space}<Component Id="{refs[-1]}" Guid="{code(inner)}" Win64="yes">'
                     f'<File Id="{ident("f", inner)}" Name={quoteattr(name)} Source={quoteattr(inner)} '
                     'KeyPath="yes" /></Component>')


def fragment(tree):
    refs, lines = [], ['<?xml version="1.0" encoding="utf-8"?>',
                       '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">', "  <Fragment>",
                       '    <DirectoryRef Id="INSTALLFOLDER">']
    folder(tree, "", refs, lines, 3)
    lines += ["    </DirectoryRef>", "  </Fragment>", "  <Fragment>", '    <ComponentGroup Id="Files">']
    lines += [f'      <ComponentRef Id="{ref}" />' for ref in refs]
    lines += ["    </ComponentGroup>", "  </Fragment>", "</Wix>", ""]
    return "\n".join(lines)


# The folder of programs on the path of the machine, which wixl has no element for: `=-` sets it at
# the installation and removes it with the component, `*` is of the machine, `[~]` the former value.
PATH = (
    "CREATE TABLE `Environment` (`Environment` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL LOCALIZABLE, "
    "`Value` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `Environment`)",
    "INSERT INTO `Environment` (`Environment`, `Name`, `Value`, `Component_`) "
    "VALUES ('Path', '=-*PATH', '[~];[INSTALLFOLDER]bin', 'Remembered')",
    "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('WriteEnvironmentStrings', 5200)",
    "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('RemoveEnvironmentStrings', 3300)",
)

# A program of Windows (34), run later (1024) and as SYSTEM (2048); 64: its result does not count.
ACTIONS = (
    "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('Purge', 3170, 'INSTALLFOLDER', "
    "'\"[System64Folder]cmd.exe\" /c rmdir /s /q \"[CommonAppDataFolder]ShmBroker\"')",
)

# What wixl has no attributes for: actions that set a property run at once; a candidate gives way to
# its release, whose three numbers are the same. The search for the former folder is done by the service alone: what a user's
# own side finds would not reach it, see ShmBroker.wxs.
REPAIRS = (
    "UPDATE `CustomAction` SET `Type` = 51 WHERE `Type` = 2099",
    "DELETE FROM `Upgrade` WHERE `ActionProperty` = 'WIX_UPGRADE_DETECTED'",
    "INSERT INTO `Upgrade` (`UpgradeCode`, `VersionMax`, `Attributes`, `ActionProperty`) VALUES "
    "('{{{upgrade}}}', '{number}', 513, 'WIX_UPGRADE_DETECTED')",
    "DELETE FROM `InstallUISequence` WHERE `Action` = 'AppSearch'",
)

# wixl numbers actions otherwise: those that make up the command of Register come after it, although
# Windows Installer fixes a command when its turn comes, even if it runs it later (Wine then forms it).
# The removal of the former package belongs to what a failure takes back.
NUMBERS = {"WithConfig": 1001, "WithAccount": 1002, "WithStartType": 1003, "RemoveExistingProducts": 1501,
           "Unregister": 3401, "Purge": 3402, "RegisterUndo": 4001, "Register": 4002, "StartIt": 4003}
ORDER = tuple(f"UPDATE `InstallExecuteSequence` SET `Sequence` = {number} WHERE `Action` = '{action}'"
              for action, number in NUMBERS.items())


def package_source(wix):
    """ShmBroker.wxs for one of the two tools: wixl fails at <?ifdef?>."""
    with open(os.path.join(HERE, "ShmBroker.wxs"), encoding="utf-8") as file:
        return re.sub(r"<\?ifdef Wix\?>\n(.*?)(?:<\?else\?>\n(.*?))?<\?endif\?>\n",
                      lambda found: found[1] if wix else found[2] or "", file.read(), flags=re.S)


def make(tree, version, out, wix=None):
    number = re.match(r"\d+\.\d+\.\d+", version)[0]
    values = {"ProductCode": code("product " + version), "Number": number, "Version": version,
              "Broker": ident("f", "bin/shmbroker.exe")}
    with tempfile.TemporaryDirectory() as work:
        sources = [os.path.join(work, name) for name in ("ShmBroker.wxs", "files.wxs")]
        for path, text in zip(sources, (package_source(wix), fragment(os.path.abspath(tree)))):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        if wix:
            with_wix(wix, values, sources, work, os.path.abspath(tree), os.path.abspath(out))
            return
        defines = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
        subprocess.run(["wixl", "-a", "x64", "-o", out, *defines, *sources], check=True, cwd=tree)
    subprocess.run(["msibuild", out, "-s", "ShmBroker " + version, "ShmBroker", "x64;1033",
                    "{" + code("package " + version) + "}"], check=True)
    for query in PATH + ACTIONS + REPAIRS + ORDER:
        subprocess.run(["msibuild", out, "-q", query.format(number=number, upgrade=str(SPACE).upper())],
                       check=True)
    if "SOURCE_DATE_EPOCH" in os.environ:
        set_times(out, int(os.environ["SOURCE_DATE_EPOCH"]))


def with_wix(wix, values, sources, work, tree, out):
    """WiX needs none of the repairs: ShmBroker.wxs has them for it. Each package has a code of its own."""
    defines = [f"-d{name}={value}" for name, value in values.items()]
    objects = [os.path.join(work, os.path.splitext(os.path.basename(source))[0] + ".wixobj") for source in sources]
    subprocess.run([os.path.join(wix, "candle.exe"), "-nologo", "-arch", "x64", *defines, "-out", work + os.sep,
                    *sources], check=True)
    # -sval: Windows Installer's own checks need more rights than a build has
    subprocess.run([os.path.join(wix, "light.exe"), "-nologo", "-sval", "-spdb", "-b", tree, "-out", out, *objects],
                   check=True)


def set_times(out, seconds):
    """Its two times, created and saved, which are those of a moment ago: type 64, then a FILETIME."""
    before = 11644473600  # from 1601 to 1970
    with open(out, "rb") as file:
        data = file.read()
    now = time.time()
    places = [found.end(1) for found in re.finditer(rb"(\x40\0\0\0).{7}\x01", data, re.S)
              if abs(int.from_bytes(data[found.end(1):found.end(1) + 8], "little") / 10**7 - before - now) < 600]
    if len(places) != 2:
        sys.exit(f"make.py: {out} has {len(places)} times instead of 2")
    data = bytearray(data)
    for place in places:
        data[place:place + 8] = ((seconds + before) * 10**7).to_bytes(8, "little")
    with open(out, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    make(*sys.argv[1:])
