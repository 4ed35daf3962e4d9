#!/usr/bin/env python3
"""Packs a folder so that the same files give the same bytes.

  zip.py FOLDER OUT.zip              the folder's own name is the top folder in the package
  zip.py --contents FOLDER OUT.zip   the package has no top folder

Names are sorted; every file has the time SOURCE_DATE_EPOCH and the same mode.
"""
import os
import sys
import time
import zipfile


def main(arguments):
    contents = arguments[:1] == ["--contents"]
    arguments = arguments[contents:]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = os.path.abspath(arguments[0])
    above = folder if contents else os.path.dirname(folder)
    files = sorted(os.path.relpath(os.path.join(path, name), above).replace(os.sep, "/")
                   for path, _, names in os.walk(folder) for name in names)
    if not files:
        print(f"zip.py: no files below {folder}", file=sys.stderr)
        return 1
    stamp = time.gmtime(max(int(os.environ["SOURCE_DATE_EPOCH"]), 315532800))[:6]  # zip begins in 1980
    with zipfile.ZipFile(arguments[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name in files:
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            with open(os.path.join(above, name), "rb") as file:
                package.writestr(entry, file.read())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
