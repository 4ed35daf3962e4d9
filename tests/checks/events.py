#!/usr/bin/env python3
"""Makes service/events.md of messages.mc and events.h, and holds the three together.

    events.py           the page is as it would be made, each event is in both sources with the same
                        severity, and the texts of both languages have the same values
    events.py --write   writes the page
    events.py --self-test
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = ROOT + "/service/events.md"
LANGUAGES = ("English", "German")
SEVERITIES = {"Information": "Informational", "Warning": "Warning", "Error": "Error"}
HEAD = """# Events

For administrators: each event, its cause and what to do. They are in the log Application, source
`ShmBroker`; the same lines appear on the console of `shmbroker run`, and
`shmbroker_events_total` of [the figures](../config/reference.md#metrics) counts them. Numbers never
change and are never used again. The event log shows the text in English or German.

This page is made from [events.h](core/port/events.h) and
[messages.mc](win32/events/messages.mc): `tests/checks/events.py --write`.
"""


class Wrong(Exception):
    pass


def read(path):
    with open(ROOT + path, encoding="utf-8", newline="") as file:
        return file.read().replace("\r\n", "\n")


def comments(text):
    """Number to severity, cause, what to do, values."""
    found = {}
    for match in re.finditer(r"/\*((?:(?!\*/).)*)\*/\s*EVENT_(\w+) = (\d+)", text, re.S):
        name, number = match[2], int(match[3])
        lines = [line.strip().lstrip("*").strip() for line in match[1].split("\n")]
        words = " ".join(line for line in lines if line)
        severity, _, words = words.partition(". ")
        words, *values = re.split(r"(?:^|\s+)(?=%\d )", words)
        cause, _, action = words.partition(" To do: ")
        if severity not in SEVERITIES:
            raise Wrong(f"{number}: {severity}?")
        if (severity != "Information") != bool(action):
            raise Wrong(f"{number}: {severity}, and what to do: {action or 'nothing'}")
        numbers = [value.split()[0] for value in values]
        if numbers != [f"%{i + 1}" for i in range(len(values))]:
            raise Wrong(f"{number}: values {numbers}")
        found[number] = (name, severity, cause.strip(), action.strip(), values)
    return found


def messages(text):
    """Number to name, severity, and a text of each language."""
    found = {}
    for block in re.split(r"^MessageId=", text, flags=re.M)[1:]:
        number = int(block.split("\n")[0])
        fields = dict(re.findall(r"^(Severity|SymbolicName)=(\S+)$", block, re.M))
        texts = dict(re.findall(r"^Language=(\w+)\n(.*?)\n\.$", block, re.M | re.S))
        if tuple(sorted(texts)) != tuple(sorted(LANGUAGES)):
            raise Wrong(f"{number}: languages {sorted(texts)}")
        for language, line in texts.items():
            if "\n" in line or line != line.strip():
                raise Wrong(f"{number}, {language}: more than one line, or spaces around it")
        found[number] = (fields["SymbolicName"], fields["Severity"], texts)
    return found


def inserts(text):
    return sorted(re.findall(r"%\d|%n", text))


def commands(text):
    """What is typed or named is the same in every language."""
    return set(re.findall(r"shmbroker [a-z]+|--[a-z]+|SHMB_[A-Z]+|hold_for|\.refused|\.unread", text))


def compare(events, texts):
    if sorted(events) != sorted(texts):
        raise Wrong(f"only in one of them: {sorted(set(events) ^ set(texts))}")
    for number, (name, severity, _, _, values) in events.items():
        symbol, word, languages = texts[number]
        if symbol != "MSG_" + name or word != SEVERITIES[severity]:
            raise Wrong(f"{number}: {name}, {severity}; and in messages.mc {symbol}, {word}")
        for language in LANGUAGES:
            has, wanted = inserts(languages[language]), inserts(languages["English"])
            if has != wanted:
                raise Wrong(f"{number}, {language}: {has} instead of {wanted}")
            if {v for v in has if v != "%n"} != {f"%{i + 1}" for i in range(len(values))}:
                raise Wrong(f"{number}, {language}: {has}, and events.h has {len(values)} values")
            if commands(languages[language]) != commands(languages["English"]):
                raise Wrong(f"{number}, {language}: {commands(languages[language])}")


def cell(text):
    return text.replace("|", "\\|").replace("<", "\\<")


def code(text):
    """The text of a message; %n is a line end."""
    return cell(text.replace("%n", " ")).replace("*", "\\*")


def make(events, texts):
    page = [HEAD]
    for severity, title in (("Error", "Errors"), ("Warning", "Warnings")):
        page.append(f"\n## {title}\n\n| | text | cause | what to do |\n| --- | --- | --- | --- |\n")
        for number in sorted(events):
            _, kind, cause, action, values = events[number]
            if kind == severity:
                said = code(texts[number][2]["English"])
                what = "; ".join(cell(value) for value in values)
                page.append(f"| {number} | {said}{' (' + what + ')' if what else ''} | "
                            f"{cell(cause)} | {cell(action)} |\n")
    page.append("\n## Information\n\n| | text | cause |\n| --- | --- | --- |\n")
    for number in sorted(events):
        _, kind, cause, _, values = events[number]
        if kind == "Information":
            what = "; ".join(cell(value) for value in values)
            page.append(f"| {number} | {code(texts[number][2]['English'])}"
                        f"{' (' + what + ')' if what else ''} | {cell(cause)} |\n")
    return "".join(page)


def check(events_text, messages_text, page):
    events, texts = comments(events_text), messages(messages_text)
    compare(events, texts)
    if make(events, texts) != page:
        raise Wrong("service/events.md is not made from these; run tests/checks/events.py --write")


def self_test(events_text, messages_text, page):
    for old, new in (
        ("nennt.\n", "nennt: %4.\n"),
        ("läuft und hält alle %3 Objekte, die", "läuft und hält alle Objekte, die"),
        ("MessageId=102\nSeverity=Informational", "MessageId=102\nSeverity=Warning"),
        ("SymbolicName=MSG_STOPPED\n", "SymbolicName=MSG_STOP\n"),
        ("Um sie sofort freizugeben: shmbroker stop --release", "Um sie sofort freizugeben: x"),
        ("that %2 names.\n", "that the file %2 names.\n"),
    ):
        if old not in messages_text:
            raise Wrong(f"the self-test looks for {old}")
        try:
            check(events_text, messages_text.replace(old, new), page)
        except Wrong:
            continue
        raise Wrong(f"nobody notices {new}")
    for old, new in ((" To do: Find out what killed it.", ""), ("EVENT_STOPPED = 102", "EVENT_STOPPED = 104"),
                     ("%1 number of objects released", "%2 number of objects released")):
        if old not in events_text:
            raise Wrong(f"the self-test looks for {old}")
        try:
            check(events_text.replace(old, new), messages_text, page)
        except Wrong:
            continue
        raise Wrong(f"nobody notices {new}")


def main():
    sources = read("/service/core/port/events.h"), read("/service/win32/events/messages.mc")
    try:
        if sys.argv[1:] == ["--write"]:
            events, texts = comments(sources[0]), messages(sources[1])
            compare(events, texts)
            with open(PAGE, "w", encoding="utf-8") as file:
                file.write(make(events, texts))
            return 0
        page = read("/service/events.md")
        check(*sources, page)
        if sys.argv[1:] == ["--self-test"]:
            self_test(*sources, page)
    except Wrong as wrong:
        print(wrong)
        return 1
    return 0


sys.exit(main())
