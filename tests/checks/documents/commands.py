"""Reads the commands of a piece of a page, and what a verb of ours takes."""
import re

import rules


def words_of(text):
    """The words of a command line of Windows, with redirections apart: (words, {sign: file})."""
    raw = re.findall(r'(?:[^\s"]|"(?:\\"|[^"])*")+', text)
    words, files, after = [], {}, None
    for one in raw:
        if one == "|":
            break
        redirect = re.fullmatch(r"(\d?[<>]{1,2})(.*)", one)
        if after:
            files[after], after = one.strip('"'), None
        elif redirect and not re.match(r"<\w+>", one):
            if redirect[2]:
                files[redirect[1]] = redirect[2]
            else:
                after = redirect[1]
        else:
            words.append(re.sub(r'(?<!\\)"', "", one).replace(r"\"", '"'))
    return words, files


def variants(text):
    """The commands that one with brackets and bars stands for."""
    text = text.replace("...", "") if re.search(r"\b[A-Z]+\.\.\.", text) else text
    groups = re.findall(r"\[([^\[\]]*)\]", text)
    bare = re.sub(r"\s*\[[^\[\]]*\]", "", text)
    lines = [bare]
    for group in groups:
        for one in group.split("|"):
            first, verb, rest = (bare.split(" ", 2) + ["", ""])[:3]
            lines.append(" ".join(filter(None, (first, verb, rest, one.strip()))))
    spread = []
    for line in lines:
        bar = re.search(r"(?<=\s)([a-z0-9]+(?:\|[a-z0-9]+)+)(?=\s|$)", line)
        spread += [line[:bar.start()] + one + line[bar.end():] for one in bar[1].split("|")] \
            if bar else [line]
    return list(dict.fromkeys(spread))


def lines_of(block):
    """(number, command) of a block of commands; what follows three spaces is a remark."""
    for number, line in enumerate(block.split("\n")):
        line = re.split(r"\s{3,}|\s+#\s|\s{2,}\(", line.strip())[0] if line.strip() else ""
        line = re.sub(r"^(?:[A-Z]:[^<>|]*>|\$|>)\s*(?=\w)", "", line)
        if line and not line.startswith("#") and not line.lower().startswith("rem "):
            for one in line.split(" && "):
                yield number, one.strip()


def first_word(command):
    found = re.match(r'"[^"]*"|\S+', command)
    return found[0] if found else ""


class Verbs:
    """What a program of ours says that it takes."""

    def __init__(self, program, general, ask):
        self.program, self.ask, self.help = program, ask, {}
        self.names = [name for name in dict.fromkeys(
            re.findall(rf"^  {program} ([a-z]+)", general, re.M)) if name != "help"]
        self.general = general

    def text(self, verb):
        if verb not in self.help:
            self.help[verb] = self.ask(self.program, verb)
        return self.help[verb]

    def options(self):
        return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", self.general +
                              "".join(self.text(verb) for verb in self.names)))


def names_program(text, programs):
    """A span that leaves the program out, with it: `install --audit`; None: it is none."""
    words = text.split()
    if len(words) < 2:
        return None
    if not re.search(r"(^|\s)(\[?--[a-z]|\[?[A-Z]+\b|<)", " ".join(words[1:])):
        for verbs in programs:  # a verb and its action: `event wait`
            action = rf"^{verbs.program} {words[0]} (\S*\|)?{re.escape(words[1])}\b"
            if len(words) == 2 and words[0] in verbs.names and \
                    re.search(action, verbs.text(words[0]), re.M):
                return f"{verbs.program} {text}"
        return None
    fitting = [verbs for verbs in programs if words[0] in verbs.names]
    for verbs in fitting:
        known = verbs.text(words[0]) + "--help --quiet --json"
        if all(option in known for option in re.findall(r"--[a-z-]+", text)):
            return f"{verbs.program} {text}"
    return f"{fitting[0].program} {text}" if fitting else None
