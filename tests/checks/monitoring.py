"""Holds install/monitoring and the table in config/reference.md against the figures of a broker.

    monitoring.py names FILE            the names in alerts, dashboard and reference.md are those of
                                        FILE, a text with figures; each alert has its test; the
                                        picture shows the panels of the dashboard
    monitoring.py scrape FILE PROMETHEUS
                                        serves FILE over HTTP, and has a real Prometheus read it and
                                        answer each expression of alerts and dashboard
"""
import contextlib
import hashlib
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MONITORING = ROOT + "/install/monitoring"
wrong = 0


def fail(text):
    global wrong
    wrong = 1
    print(text)


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def drawn_from():
    """What stands in the picture of the dashboard for the panels that it shows."""
    shown = [(panel["title"], panel["type"], panel["targets"]) for panel in dashboard()]
    return "panels " + hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def check_picture():
    with open(MONITORING + "/dashboard.png", "rb") as file:
        picture = file.read()
    if b"Description\0" + drawn_from().encode() not in picture:
        fail("dashboard.png shows other panels than dashboard.json has: tests/monitoring/picture.sh")
    if len(picture) > 200 * 1024:
        fail(f"dashboard.png has {len(picture)} bytes, more than 200 KiB")


def names_in(text):
    return set(re.findall(r"\bshmbroker_[a-z_]+\b", text))


def alerts():
    for group in yaml.safe_load(text_of(MONITORING + "/alerts.yml"))["groups"]:
        yield from group["rules"]


def dashboard():
    return json.loads(text_of(MONITORING + "/dashboard.json"))["panels"]


def expression_of(target):
    """The query of a panel, for all instances, as Grafana fills it in."""
    return target["expr"].replace("$instance", ".*").replace("$__rate_interval", "30s")


def panels():
    for panel in dashboard():
        for target in panel["targets"]:
            yield panel["title"], expression_of(target)


def check_names(path):
    known = set(re.findall(r"^# TYPE (\S+) ", text_of(path), re.M))
    section = text_of(ROOT + "/config/reference.md").split("\n## metrics\n")[1]
    table = names_in("\n".join(re.findall(r"^\| (`shmbroker_[^|]*)\|", section, re.M)))
    # Only in the file, and only where the system knows it.
    table -= {"shmbroker_open_handles"}
    for name in sorted(known - table - {"shmbroker_open_handles"}):
        fail(f"{name} is not in config/reference.md")
    for name in sorted(table - known):
        fail(f"config/reference.md has {name}, which the broker does not write")
    information = re.findall(r"^\| (\d+) \|", text_of(ROOT + "/service/events.md").split("\n## Information\n")[1],
                             re.M)
    used = [(rule["alert"], rule["expr"]) for rule in alerts()] + list(panels())
    for where, expression in used:
        for name in sorted(names_in(expression) - known):
            fail(f"{where}: the broker does not write {name}")
        for numbers in re.findall(r'event!~"([0-9|]+)"', expression):
            if numbers.split("|") != information:
                fail(f"{where}: the events that are information are {'|'.join(information)}")
        for number in re.findall(r'event=~?"([0-9|]+)"', expression):
            for one in number.split("|"):
                if f'event="{one}"' not in text_of(path):
                    fail(f"{where}: there is no event {one}")
        for reasons in re.findall(r'reason=~?"([\w|]+)"', expression):
            for reason in reasons.split("|"):
                if f'reason="{reason}"' not in text_of(path):
                    fail(f"{where}: there is no reason {reason}")
        for state in re.findall(r'state="(\w+)"', expression):
            if f'state="{state}"' not in text_of(path):
                fail(f"{where}: there is no state {state}")
    tested = text_of(ROOT + "/tests/data/monitoring/alerts_test.yml")
    for rule in alerts():
        if not {"summary", "description"} <= set(rule["annotations"]):
            fail(f"{rule['alert']} does not say what to do")
        if f"alertname: {rule['alert']}\n" not in tested:
            fail(f"{rule['alert']} has no test")
        tests = tested.split(f"alertname: {rule['alert']}\n")[1:]
        if not any(test.lstrip().startswith("exp_alerts:\n") for test in tests):
            fail(f"no test in which {rule['alert']} fires")
        if not any(test.lstrip().startswith("exp_alerts: []") for test in tests):
            fail(f"no test in which {rule['alert']} does not fire")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def serve(path):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = text_of(path).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def ask(port, path, **parameters):
    url = f"http://127.0.0.1:{port}{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def query(port, expression):
    try:
        return ask(port, "/api/v1/query", query=expression)["data"]["result"]
    except urllib.error.HTTPError as error:
        if error.code == 503:  # it starts
            return []
        fail(f"{expression}: {error.read().decode()}")
        return []


# Panels that show nothing while all is well.
MAY_BE_EMPTY = {"What is missing", "Events that are not information, per hour", "Abandoned",
                "Copies that fail", "Requests refused, per hour"}


def wait_for(port, process, expression, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            if query(port, expression):
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


@contextlib.contextmanager
def reading(path, prometheus):
    """A real Prometheus that reads FILE over HTTP each second: (its port, process, log)."""
    source, port = serve(path), free_port()
    with tempfile.TemporaryDirectory() as work:
        with open(work + "/prometheus.yml", "w", encoding="utf-8") as file:
            yaml.safe_dump(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [MONITORING + "/alerts.yml"],
                    "scrape_configs": [
                        {
                            "job_name": "windows",
                            "static_configs": [{"targets": [f"127.0.0.1:{source}"]}],
                        }
                    ],
                },
                file,
            )
        with open(work + "/log", "w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [
                    prometheus,
                    f"--config.file={work}/prometheus.yml",
                    f"--storage.tsdb.path={work}/data",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            yield port, process, work + "/log"
        finally:
            process.terminate()
            process.wait()


def scrape(path, prometheus):
    with reading(path, prometheus) as (port, process, log):
        # Three scrapes, for rates.
        if not wait_for(port, process, "count_over_time(shmbroker_up[1m]) > 2"):
            fail("Prometheus has not read the figures")
            print(text_of(log))
            return
        targets = ask(port, "/api/v1/targets")["data"]["activeTargets"]
        if [target["lastError"] for target in targets] != [""]:
            fail(f"Prometheus does not like them: {targets}")
        lines = [l for l in text_of(path).splitlines() if l and not l.startswith("#")]
        read = query(port, 'scrape_samples_scraped{job="windows"}')
        if not read or int(read[0]["value"][1]) != len(lines):
            fail(f"{len(lines)} figures, and Prometheus has read {read}")
        for title, expression in panels():
            if not query(port, expression) and title not in MAY_BE_EMPTY:
                fail(f"{title}: nothing to show: {expression}")
        groups = ask(port, "/api/v1/rules")["data"]["groups"]
        states = {rule["name"]: rule for group in groups for rule in group["rules"]}
        if set(states) != {rule["alert"] for rule in alerts()}:
            fail(f"not the alerts of alerts.yml: {sorted(states)}")
        for rule in alerts():
            query(port, rule["expr"])
            if states[rule["alert"]].get("lastError"):
                fail(f"{rule['alert']}: {states[rule['alert']]['lastError']}")


if __name__ == "__main__":
    if sys.argv[1] == "names":
        check_names(sys.argv[2])
        check_picture()
    else:
        scrape(sys.argv[2], sys.argv[3])
    sys.exit(wrong)
