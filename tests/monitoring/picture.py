"""Draws the panels of install/monitoring/dashboard.json from what a real Prometheus answers.

    picture.py PROMETHEUS FIGURES SECONDS PICTURE

PROMETHEUS reads the text file FIGURES each second for so long; each panel shows what it answers
to the panel's query, at the panel's place. tests/monitoring/picture.sh makes the run.
"""
import math
import os
import sys
import time
from datetime import datetime, timezone

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates  # noqa: E402
import matplotlib.pyplot as plot  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../checks"))
import monitoring  # noqa: E402

COLUMNS, ROW = 24, 34  # of the grid of Grafana; a row in points
BACK, PANEL, INK, DIM = "#f4f5f5", "#ffffff", "#24292e", "#6b7280"
COLOURS = {"green": "#3f9a5b", "red": "#d0433d"}
INSTANCE = "host"


def legend(target, labels):
    """The name of a line, without the instance: there is one."""
    text = target["legendFormat"]
    for name in ("instance", "state", "reason", "event", "segment", "result", "version"):
        text = text.replace("{{" + name + "}}", "" if name == "instance" else labels.get(name, ""))
    return text.strip() or INSTANCE


def short(value, unit):
    """A number with its unit, as Grafana shortens it."""
    if unit == "s":
        return f"{value / 60:.1f} min" if abs(value) >= 120 else f"{value:.0f} s"
    if unit is None:
        return f"{value:g}"
    step, names = (1000, ["", "k", "M", "G"])
    if unit == "bytes":
        step, names = (1024, ["B", "KiB", "MiB", "GiB"])
    for name in names:
        if abs(value) < step or name == names[-1]:
            return f"{value:.3g} {name}".strip()
        value /= step
    return ""


def draw_stat(axes, panel, results):
    """A coloured tile with the last value."""
    options = panel["fieldConfig"]["defaults"]
    labels, value = results[0]["metric"], float(results[0]["value"][1])
    text = short(value, options.get("unit"))
    for mapping in options.get("mappings", []):
        text = mapping["options"].get(str(int(value)), {"text": text})["text"]
    if panel["options"]["textMode"] == "name":
        text = legend(panel["targets"][0], labels)
    colour = PANEL
    for step in options.get("thresholds", {}).get("steps", []):
        if step["value"] is None or value >= step["value"]:
            colour = COLOURS[step["color"]]
    axes.set_facecolor(colour)
    axes.text(0.5, 0.45, text, ha="center", va="center", fontsize=17, transform=axes.transAxes,
              color=INK if colour == PANEL else "white")
    axes.set_xticks([])
    axes.set_yticks([])


def draw_table(axes, panel, results):
    axes.set_xticks([])
    axes.set_yticks([])
    unit = panel["fieldConfig"]["defaults"].get("unit")
    rows = [(one["metric"].get("segment", ""), one["metric"].get("lock", ""),
             short(float(one["value"][1]), unit)) for one in results]
    for number, row in enumerate(sorted(rows)[:9] or [("none", "", "")]):
        for x, text in zip((0.03, 0.52, 0.78), row):
            axes.text(x, 0.90 - number * 0.105, text, fontsize=8.5, transform=axes.transAxes,
                      va="center", color=INK if rows else DIM)


def draw_lines(axes, panel, results, span):
    """The lines of a panel over the time of the run."""
    unit = panel["fieldConfig"]["defaults"].get("unit")
    for target, found in results:
        for one in sorted(found, key=lambda line: legend(target, line["metric"])):
            # A gap in the figures is one in the line.
            times, values, last = [], [], None
            for at, value in one["values"]:
                if last is not None and at - last > 3:
                    times.append(datetime.fromtimestamp(last + 1, timezone.utc))
                    values.append(float("nan"))
                times.append(datetime.fromtimestamp(at, timezone.utc))
                values.append(float(value))
                last = at
            axes.plot(times, values, linewidth=1.3, label=legend(target, one["metric"]))
    axes.set_xlim(*(datetime.fromtimestamp(at, timezone.utc) for at in span))
    axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%H:%M"))
    axes.xaxis.set_major_locator(matplotlib.dates.MinuteLocator())
    if unit == "bytes" and axes.lines:
        step = 2 ** math.ceil(math.log2(max(axes.get_ylim()[1], 4) / 4))
        axes.yaxis.set_major_locator(MultipleLocator(step))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=unit is None))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value, unit)))
    low, high = axes.get_ylim()
    axes.set_ylim(min(0, low), high * 1.05 if high > 0 else 1)
    axes.grid(color="#e5e7eb", linewidth=0.6)
    axes.tick_params(labelsize=7, colors=DIM, length=0)
    if axes.lines:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.10), ncol=4, fontsize=7,
                    frameon=False, handlelength=1.2, columnspacing=1)
    else:
        axes.text(0.5, 0.5, "No data", ha="center", color=DIM, transform=axes.transAxes)


def places(panels):
    """Rows of the grid where panels begin, without the empty ones."""
    filled = sorted({row for panel in panels for row in
                     range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])})
    return {row: number for number, row in enumerate(filled)}, len(filled)


def draw(port, begin, end, picture):
    panels = monitoring.dashboard()
    rows, height = places(panels)
    figure = plot.figure(figsize=(15, height * ROW / 72), facecolor=BACK, dpi=80)
    for panel in panels:
        at = panel["gridPos"]
        top = 1 - rows[at["y"]] / height
        big = panel["type"] == "timeseries"
        left, bottom, right = 0.045 if big else 0.008, 1.75 if big else 0.25, 0.012
        axes = figure.add_axes([at["x"] / COLUMNS + left, top - (at["h"] - bottom) / height,
                                at["w"] / COLUMNS - left - right, (at["h"] - bottom - 0.95) / height])
        axes.set_title(panel["title"], fontsize=9.5, loc="left", color=INK, fontweight="bold")
        for side in axes.spines.values():
            side.set_color("#d1d5db")
        queries = [monitoring.expression_of(target) for target in panel["targets"]]
        if big:
            found = [(target, monitoring.ask(port, "/api/v1/query_range", query=query, start=begin,
                                             end=end, step=1)["data"]["result"])
                     for target, query in zip(panel["targets"], queries)]
            draw_lines(axes, panel, found, (begin, end))
        else:
            found = monitoring.ask(port, "/api/v1/query", query=queries[0], time=end)["data"]["result"]
            (draw_table if panel["type"] == "table" else draw_stat)(axes, panel, found)
    figure.savefig(picture, facecolor=BACK, metadata={"Description": monitoring.drawn_from()})


def main():
    prometheus, figures, seconds, picture = sys.argv[1:]
    with monitoring.reading(figures, prometheus) as (port, process, log):
        if not monitoring.wait_for(port, process, "shmbroker_up"):
            sys.exit("Prometheus has not read the figures\n" + monitoring.text_of(log))
        begin = time.time()
        time.sleep(int(seconds))
        draw(port, begin, time.time() - 1, picture)


main()
