"""Reads the pages of this tree: blocks of code, and spans in backticks, in their order."""
import re
from dataclasses import dataclass, field

ITEM = re.compile(r"( *)(?:[-*+]|\d+[.)])( +)")
FENCE = re.compile(r"( *)(`{3,})(\w*)\s*$")


@dataclass
class Piece:
    kind: str  # "heading", "block" or "span"
    line: int
    text: str
    language: str = ""  # of a fenced block
    after: str = ""  # of a span: the rest of its paragraph
    marks: list = field(default_factory=list)  # the <!-- words --> that it stands between


def spans_of(lines, first):
    """The spans in backticks of one paragraph; they may be broken over lines."""
    text = "\n".join(lines)
    for match in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text, re.S):
        yield Piece("span", first + text.count("\n", 0, match.start()),
                    re.sub(r"\s+", " ", match[2]).strip().replace(r"\|", "|"),
                    after=re.sub(r"\s+", " ", text[match.end():]))


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def take_block(lines, start, width):
    """An indented block: its lines, and where it ends."""
    end = start
    while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) >= width):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return [line[width:] for line in lines[start:end]], end


def pieces_of(text):
    """The pieces of a page, as they follow each other."""
    lines = text.split("\n")
    marks, paragraph, begun, content, i = [], [], 0, 0, 0

    def flush():
        yield from spans_of(paragraph, begun)
        paragraph.clear()

    while i < len(lines):
        line = lines[i]
        fence, item = FENCE.match(line), ITEM.match(line)
        mark = re.fullmatch(r"<!-- (/?)(\w+) -->", line.strip())
        if mark:
            marks = [word for word in marks if word != mark[2]] + ([] if mark[1] else [mark[2]])
        elif fence:
            yield from flush()
            end = next((j for j in range(i + 1, len(lines)) if lines[j].strip() == fence[2]),
                       len(lines))
            body = "\n".join(one[len(fence[1]):] for one in lines[i + 1:end])
            yield Piece("block", i + 2, body, fence[3], marks=list(marks))
            i = end
        elif not line.strip():
            yield from flush()
        elif not paragraph and indent_of(line) >= content + 4 and not (i and lines[i - 1].strip()):
            body, end = take_block(lines, i, content + 4)
            yield Piece("block", i + 1, "\n".join(body), marks=list(marks))
            i = end - 1
        else:
            if line.startswith("#"):
                yield from flush()
                content = 0
                yield Piece("heading", i + 1, line.lstrip("# "))
            elif item:
                yield from flush()
                content = len(item[0])
            elif not paragraph and indent_of(line) < content:
                content = 0
            elif line.startswith("|"):  # each row of a table by itself
                yield from flush()
            if not paragraph:
                begun = i + 1
            paragraph.append(line)
        i += 1
    yield from flush()
