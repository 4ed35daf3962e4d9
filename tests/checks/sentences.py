#!/usr/bin/env python3
"""Lists the sentences that our programs print, to be read as a stranger would.

  sentences.py [--comments] [--changed REVISION] [PATH…]

Sentences are the string literals of at least two words in the .c and .h files below service/,
client/ and config/ (adjacent ones as one, without assertions), and the event texts. With
--comments, the comments instead. With --changed, only those which a Git revision has not: the old
one above the new one, and what has gone or is new. PATH limits both sides to names that begin so.
"""
import argparse
import collections
import difflib
import glob
import io
import os
import re
import subprocess
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = ("service", "client", "config")
TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      |(?P<skip>^[ \t]*\#[ \t]*(?:include|error|pragma)[^\n]*|'(?:\\.|[^'\\\n])+')
      |(?P<text>(?:u8|[LuU])?"(?:\\.|[^"\\\n])*")
      |(?P<word>[A-Za-z_]\w*)
      |(?P<line>\n[ \t]*(?=\#))
      |(?P<sign>[^\s\\])""", re.X | re.S | re.M)
PLACEHOLDER = re.compile(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:h+|l+|[jzt])?[a-zA-Z]|%<PRI\w+>|%\d+")
PLAIN = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def is_sentence(text):
    """Two words, one of which may be a placeholder."""
    bare = PLACEHOLDER.sub(" ", text)
    return re.search(r"[A-Za-z]{2}", bare) and re.search(
        r"[A-Za-z][^\s]* +[^\s]*[A-Za-z]", PLACEHOLDER.sub("XX", text))


def of_source(text, comments):
    """(line, text) of a file in C."""
    line, at, parts, started, asserting, last = 1, 0, [], 0, 0, ""
    for token in TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        line, at = line + text.count("\n", at, token.start()), token.start()
        if kind == "comment":
            if comments:
                yield line, re.sub(r"\n[ \t]*\*?[ \t]?", "\n", word.strip("/* \n")).strip()
        elif kind == "text" and not asserting:
            if not parts:
                started = line
            bare = word[word.index('"') + 1:-1]
            parts.append(re.sub(r"\\(.)", lambda m: PLAIN.get(m[1], m[0]), bare))
        elif kind == "word" and word.startswith("PRI") and parts:
            parts.append(f"<{word}>")
        else:
            if parts and not comments and is_sentence("".join(parts)):
                yield started, "".join(parts)
            parts = []
            if asserting or (word == "(" and last in ("assert", "static_assert", "_Static_assert")):
                asserting += {"(": 1, ")": -1}.get(word, 0)
        last = word
    if parts and not comments and is_sentence("".join(parts)):
        yield started, "".join(parts)


def of_events(text):
    for event in re.finditer(r"^SymbolicName=(\w+)\nLanguage=\w+\n(.*?)\n\.$", text, re.M | re.S):
        yield text.count("\n", 0, event.start(2)) + 1, event[2]


def tree(revision):
    """path -> text, of the working tree or of a revision."""
    files = {}
    if revision:
        packed = subprocess.run(["git", "-C", ROOT, "archive", revision, *PARTS], check=True,
                                stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                if member.isfile() and member.name.endswith((".c", ".h", ".mc")):
                    files[member.name] = archive.extractfile(member).read().decode()
                    files[member.name] = files[member.name].replace("\r\n", "\n")
    else:
        for part in PARTS:
            for path in glob.glob(f"{part}/**/*", root_dir=ROOT, recursive=True):
                if path.endswith((".c", ".h", ".mc")):
                    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                        files[path.replace(os.sep, "/")] = file.read()
    return files


def sentences(revision, wish):
    for path, text in sorted(tree(revision).items()):
        if not wish.path or path.startswith(tuple(wish.path)):
            events = path.endswith(".mc")
            if not (events and wish.comments):
                for line, sentence in of_events(text) if events else of_source(text, wish.comments):
                    yield f"{path}:{line}", sentence


def show(sign, place, text):
    """A sentence; what has more lines than one, below its place."""
    lines = text.rstrip("\n").split("\n")
    print(f"{sign}{place}: {lines[0]}" if len(lines) == 1 else
          "\n".join([f"{sign}{place}:"] + [f"{sign}    {line}" for line in lines]))


def changed(old, new):
    """Pairs of (place, text), or None: like goes with like, the most alike first."""
    spare = collections.Counter(text for _, text in old)
    spare.subtract(collections.Counter(text for _, text in new))
    gone, come = [], []
    for left, side, sign in ((gone, old, 1), (come, new, -1)):
        count = {text: sign * number for text, number in spare.items()}
        for place, text in side:
            if count.get(text, 0) > 0:
                count[text] -= 1
                left.append((place, text))
    alike = []
    for i, (_, a) in enumerate(gone):
        matcher = difflib.SequenceMatcher(None, "", a.split(), autojunk=False)
        for j, (_, b) in enumerate(come):
            matcher.set_seq1(b.split())
            if matcher.real_quick_ratio() > 0.3 and matcher.quick_ratio() > 0.3:
                alike.append((-matcher.ratio(), i, j))
    partner, taken = {}, set()
    for ratio, i, j in sorted(alike):
        if ratio < -0.3 and i not in taken and j not in partner:
            partner[j] = i
            taken.add(i)
    for j, sentence in enumerate(come):
        yield gone[partner[j]] if j in partner else None, sentence
    for i, sentence in enumerate(gone):
        if i not in taken:
            yield sentence, None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--comments", action="store_true")
    parser.add_argument("--changed")
    parser.add_argument("path", nargs="*")
    wish = parser.parse_args()
    now = list(sentences(None, wish))
    if not wish.changed:
        for place, text in now:
            show("", place, text)
        return
    for old, new in changed(list(sentences(wish.changed, wish)), now):
        if old:
            show("- ", *old)
        if new:
            show("+ ", *new)
        print()


if __name__ == "__main__":
    main()
