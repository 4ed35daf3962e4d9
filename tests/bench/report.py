"""The table of the benchmarks: each figure beside its goal, with a verdict.

    report.py FOLDER [--former RESULTS.JSON] [FILE...]

Reads what the programs of tests/bench printed (run.sh keeps it), prints one table, and writes
results.json and one picture for each group (lock.svg, ...) to FOLDER. A row whose side is missing
says so. With --former, rows of which nothing was printed are those of that file. The exit code is 0 whatever the verdicts: figures are no tests.
"""
import json
import math
import re
import sys

# group, row, goal. A ratio is ours / theirs: (most, x), (least, x), or (faster, x): theirs / ours is
# at least x. Of a value: (value most, x), (value least, x).
GOALS = [
    ("lock", "lock/critical section", ("most", 1.25)),
    ("lock", "lock/boost mutex", ("most", 1.0)),
    ("lock", "lock/kernel mutex", ("faster", 300)),
    ("lock", "lock, shmb_fast.h/critical section", ("most", 1.25)),
    ("lock", "lock, shmb_fast.h/boost mutex", ("most", 1.0)),
    ("lock", "lock, shmb_fast.h/kernel mutex", ("faster", 300)),
    ("lock", "lock, 2 processes/kernel mutex", ("faster", 40)),
    ("lock", "lock, 2 processes/boost mutex", ("most", 1.4)),
    ("lock", "lock, 2 processes/slowest to fastest", ("value least", 0.4)),
    ("lock", "lock, 4 processes/kernel mutex", ("faster", 40)),
    ("lock", "lock, 4 processes/boost mutex", ("most", 1.4)),
    ("lock", "lock, 4 processes/slowest to fastest", ("value least", 0.4)),
    ("snapshot", "snapshot 64 B/memcpy", ("most", 1.25)),
    ("snapshot", "snapshot 4 KiB/memcpy", ("most", 1.05)),
    ("snapshot", "snapshot 64 KiB/memcpy", ("most", 1.05)),
    ("snapshot", "snapshot, busy writer/kernel mutex", ("faster", 25)),
    ("snapshot", "snapshot, busy writer/boost sharable mutex", ("faster", 1.5)),
    ("snapshot", "snapshot, busy writer/retries a read", ("value most", 0.2)),
    ("snapshot", "snapshot, busy writer/torn", ("value most", 0)),
    ("queue", "queue, round trip/atomic", ("most", 1.25)),
    ("queue", "queue, round trip/boost queue", ("faster", 3)),
    ("queue", "queue, round trip/pipe", ("faster", 4)),
    ("queue", "queue, blocking/two events", ("most", 0.7)),
    ("queue", "queue, stream/pipe", ("faster", 100)),
    ("queue", "queue, stream/boost queue", ("faster", 4)),
    ("client", "open and close/plain Win32", ("most", 1.5)),
    ("client", "list of 10000/copy of the table", ("most", 3)),
    ("broker", "creation of 1000/loop without descriptors", ("most", 1.10)),
    ("broker", "start with 10000/loop with the same descriptors", ("most", 1.2)),
    ("broker", "adoption/creation", ("most", 0.7)),
    ("broker", "parse and check of 10000/events of libyaml", ("most", 1.6)),
    ("broker", "reload that changes 1 of 10000/parse", ("most", 1.15)),
    ("broker", "memory for a segment with lock", ("value most", 512)),
    ("mirror", "mirror 64 B, median/bare hiredis", ("most", 1.5)),
    ("mirror", "mirror 64 B, 99th percentile/bare hiredis", ("most", 1.5)),
    ("mirror", "mirror 64 KiB, median/bare hiredis", ("most", 1.5)),
    ("mirror", "mirror 64 KiB, 99th percentile/bare hiredis", ("most", 1.5)),
    ("mirror", "mirror 64 B, values a second/bare hiredis", ("least", 0.8)),
    ("mirror", "mirror 64 KiB, values a second/bare hiredis", ("least", 0.8)),
    ("requests", "request/creation with the same descriptors", ("most", 20)),
    ("requests", "requests a second", ("value least", 200)),
    ("requests", "request, median", ("value most", 5)),
    ("requests", "request, 99th percentile", ("value most", 20)),
    ("requests", "request while 3 others ask, median", ("value most", 20)),
    ("requests", "request while 3 others ask, 99th percentile", ("value most", 80)),
    ("requests", "memory more after all requests", ("value most", 256)),
    ("requests", "handles more after all requests", ("value most", 0)),
]


def read(files):
    """{(row, bits): figure} of lines "row", "value" and "missing"; other lines are for people."""
    figures = {}
    for file in files:
        for line in open(file, encoding="utf-8", errors="replace"):
            part = line.rstrip("\r\n").split("\t")
            if part[0] == "row" and len(part) == 8:
                ours, theirs = float(part[4]), float(part[5])
                figures[part[1], int(part[2])] = {
                    "ratio": float(part[3]), "ours": ours, "theirs": theirs, "unit": part[6],
                    "rounds": int(part[7])}
            elif part[0] == "value" and len(part) == 6:
                figures[part[1], int(part[2])] = {
                    "value": float(part[3]), "unit": part[4], "rounds": int(part[5])}
            elif part[0] == "missing" and len(part) == 4:
                figures[part[1], int(part[2])] = {"missing": part[3]}
    return figures


def former(file):
    """The same, of an earlier results.json."""
    with open(file, encoding="utf-8") as text:
        rows = json.load(text)
    return {(row["row"], row["bits"]): {key: value for key, value in row.items()
                                        if key not in ("group", "row", "bits", "goal", "verdict")}
            for row in rows if row["bits"]}


def text_of(goal):
    kind, number = goal
    return {"most": f"at most {number:g}", "least": f"at least {number:g}", "faster": f"{number:g}x faster",
            "value most": f"at most {number:g}", "value least": f"at least {number:g}"}[kind]


def judge(figure, goal):
    """What to show, the verdict, and how much of the goal is used: 1 is just met."""
    kind, number = goal
    if "missing" in figure:
        return "-", "missing: " + figure["missing"], None
    if kind == "most":
        share = figure["ratio"] / number
        shown = f"{figure['ratio']:.3f}"
    elif kind == "least":
        share = number / max(figure["ratio"], 1e-9)
        shown = f"{figure['ratio']:.3f}"
    elif kind == "faster":
        share = figure["ratio"] * number
        shown = f"{1 / figure['ratio']:.1f}x"
    else:
        given = figure["value"]
        shown = f"{given:.3g} {figure['unit']}".strip()
        if kind == "value most":
            share = given / number if number else (0.5 if given == 0 else 2)
        else:
            share = number / max(given, 1e-9)
    return shown, "met" if share <= 1 else "NOT MET", share


def rows_of(figures):
    for group, row, goal in GOALS:
        found = sorted((bits for name, bits in figures if name == row), reverse=True)
        for bits in found or [0]:
            figure = figures.get((row, bits), {"missing": "its program printed no such row"})
            yield group, row, goal, bits, figure


def table(rows):
    lines = [("row", "bits", "goal", "measured", "ours / theirs", "rounds", "verdict")]
    for _, row, goal, bits, figure in rows:
        shown, verdict, _ = judge(figure, goal)
        both = f"{figure['ours']:.4g} / {figure['theirs']:.4g} {figure['unit']}" \
            if "ratio" in figure else ""
        lines.append((row, str(bits or "-"), text_of(goal), shown, both, str(figure.get("rounds", "")), verdict))
    width = [max(len(line[i]) for line in lines) for i in range(6)]
    out = []
    for number, line in enumerate(lines):
        out.append("| " + " | ".join(line[i].ljust(width[i]) for i in range(6)) + f" | {line[6]} |")
        if number == 0:
            out.append("|" + "|".join("-" * (w + 2) for w in width) + "| --- |")
    return "\n".join(out)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def picture(group, rows):
    """Bars on a logarithmic axis: how much of its goal a row uses. Left of the line: met."""
    bars, wide, left, high = [], 860, 390, 22
    for _, row, goal, bits, figure in rows:
        shown, verdict, share = judge(figure, goal)
        bars.append((f"{row}, {bits} bit" if bits else row, share,
                     f"{shown} (goal: {text_of(goal)})" if share is not None else "missing"))
    tall = 50 + high * len(bars)
    middle = left + (wide - left) * 0.45

    def place(share):
        decades = max(-2, min(1, math.log10(max(share, 1e-9))))
        return middle + decades * (middle - left) / 2

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" '
           f'font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="8" y="18" font-weight="bold">{escape(group)}: share of the goal used '
           '(shorter is better; the line is the goal)</text>']
    for number, (label, share, shown) in enumerate(bars):
        y = 32 + number * high
        out.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>')
        if share is None:
            out.append(f'<text x="{left + 6}" y="{y + 13}" fill="#777">{escape(shown)}</text>')
            continue
        end, colour = max(place(share), left + 2), "#3a7d44" if share <= 1 else "#c1440e"
        out.append(f'<rect x="{left}" y="{y}" width="{end - left:.0f}" height="{high - 6}" '
                   f'fill="{colour}"/>')
        out.append(f'<text x="{max(end, middle) + 6:.0f}" y="{y + 13}">{escape(shown)}</text>')
    out.append(f'<line x1="{middle:.0f}" y1="26" x2="{middle:.0f}" y2="{tall - 12}" stroke="black" '
               'stroke-dasharray="4 3"/>')
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    folder, files = sys.argv[1], sys.argv[2:]
    figures = {}
    if files[:1] == ["--former"]:
        figures = former(files[1])
        files = files[2:]
    rows = list(rows_of({**figures, **read(files)}))
    shown = table(rows)
    print(shown)
    with open(f"{folder}/results.json", "w", encoding="utf-8", newline="\n") as out:
        json.dump([{"group": group, "row": row, "bits": bits, "goal": text_of(goal),
                    "verdict": judge(figure, goal)[1], **figure}
                   for group, row, goal, bits, figure in rows], out, indent=1)
        out.write("\n")
    for group in dict.fromkeys(row[0] for row in rows):
        with open(f"{folder}/{group}.svg", "w", encoding="utf-8", newline="\n") as out:
            out.write(picture(group, [row for row in rows if row[0] == group]))
    with open(f"{folder}/table.md", "w", encoding="utf-8", newline="\n") as out:
        out.write(shown + "\n")


if __name__ == "__main__":
    main()
