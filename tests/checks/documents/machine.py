"""Runs our programs under Wine as the pages say, with a service or a broker in a console."""
import os
import re
import signal
import subprocess
import time

import rules

PATIENCE = 180
ENDLESS = {"watch", "top", "run"}
# Wine keeps no access lists of files, so each file is one that others can change.
UNSAFE = {"run", "check", "plan", "install", "apply"}


class Machine:
    """A Windows of its own. `objects` is the configuration that the page's broker serves."""

    def __init__(self, wine, binaries, work):
        self.wine, self.binaries, self.work = wine, binaries, work
        self.installed, self.running, self.console = False, False, []
        self.objects = ""

    def start_program(self, program, words, files=None):
        """Starts a program; its output goes to `out` and `err`, or where `files` says."""
        files = files or {}
        where = {sign: self.path(name) for sign, name in files.items()}
        with open(where.get("<", os.devnull), "rb") as given, \
                open(where.get(">", self.path("out")), "wb") as out, \
                open(self.path("err"), "wb") as err:
            return subprocess.Popen(
                [*self.wine, os.path.join(self.binaries, program + ".exe"), *words],
                cwd=self.work, stdin=given, stdout=out, stderr=err)

    def path(self, name):
        """The file that a page means: one of the sandbox."""
        return os.path.join(self.work, re.split(r"[\\/]", name)[-1])

    def said(self):
        text = ""
        for name in ("out", "err"):
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def run(self, program, words, files=None, stir=None):
        """The exit code; None: it went on until it was ended, as it should."""
        process = self.start_program(program, words, files)
        begun = time.monotonic()
        endless = words and words[0] in ENDLESS and "--times" not in words
        while True:
            try:
                return process.wait(timeout=1.5)
            except subprocess.TimeoutExpired:
                pass
            spent = time.monotonic() - begun
            if endless and self.said().strip() or spent > PATIENCE:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return None if endless and spent <= PATIENCE else -1
            if stir:
                stir()

    def quiet(self, program, *words):
        """A step that the rules add; its output is kept apart from the page's."""
        result = subprocess.run([*self.wine, os.path.join(self.binaries, program + ".exe"), *words],
                                cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, check=False, timeout=PATIENCE)
        return result.returncode, (result.stdout if result.stdout else result.stderr).decode(
            "utf-8", "replace")

    def must_say(self, program, *words):
        code, text = self.quiet(program, *words)
        if code:
            raise RuntimeError(f"{program} {' '.join(words)}: {code}\n{text}")
        return text.replace("\r", "")

    def system(self, command):
        return subprocess.run([*self.wine, "cmd", "/c", command], cwd=self.work, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE)

    def data_folder(self):
        return os.path.join(os.environ["WINEPREFIX"], "drive_c/ProgramData/ShmBroker")

    def write_objects(self):
        """Puts the page's configuration where the service and the page's FILE have it."""
        include = "" if "\ninclude:" in self.objects else "include: conf.d/*.yaml\n"
        for place in (self.data_folder() + "/shmbroker.yaml", self.path("objects.yaml")):
            os.makedirs(os.path.join(os.path.dirname(place), "conf.d"), exist_ok=True)
            with open(place, "w", encoding="utf-8") as file:
                file.write(self.objects + include)

    def end_console(self):
        """Ends a broker in a console, with its keeper, and what it held."""
        if not self.console:
            return
        self.system("taskkill /f /im shmbroker.exe")
        for process in self.console:
            process.wait(timeout=PATIENCE)
        self.console, self.running = [], False

    def forget(self):
        """As before the first page: no service, no objects."""
        self.end_console()
        if self.installed:
            self.quiet("shmbroker", "stop", "--release")
            self.must_say("shmbroker", "uninstall")
        subprocess.run(["rm", "-rf", self.data_folder()], check=True)
        self.installed = self.running = False

    def want_installed(self):
        self.end_console()
        if not self.installed:
            self.must_say("shmbroker", "install", "--allow-unsafe-config")
            self.write_objects()
            self.installed = True

    def want_running(self):
        if self.running:
            return
        self.want_installed()
        self.must_say("shmbroker", "start")
        self.running = True

    def prepare(self, program, words):
        """What a page takes for granted: whoever asks the service has one."""
        verb = words[0] if words else ""
        if program == "shmb":
            if verb not in ("completion", "help", "version") and "--help" not in words:
                self.want_running()
            if verb == "release":
                self.quiet("shmb", "request", rules.NAMES[verb], "--size", "64")
        elif verb == "run":
            self.forget()
            self.write_objects()
        elif verb in ("start", "stop", "uninstall") or "--verify" in words:
            self.want_installed()
        elif verb in ("plan", "reload", "status", "audit", "metrics", "apply"):
            self.want_running()
        elif verb in ("install", "check"):
            self.end_console() if verb == "install" else None
            self.write_objects()

    def note(self, program, words, code):
        """What the command has changed."""
        verb = words[0] if words else ""
        if program == "shmbroker" and code == 0 and "--help" not in words:
            if verb == "install":
                self.installed = True
                self.write_objects()
            elif verb == "uninstall":
                self.installed = self.running = False
            elif verb in ("start", "stop"):
                self.running = verb == "start"

    def run_broker(self, words):
        """`shmbroker run` goes on in its console, until the section of the page ends."""
        with open(self.path("broker"), "wb") as out:
            process = subprocess.Popen(
                [*self.wine, os.path.join(self.binaries, "shmbroker.exe"), *words], cwd=self.work,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            with open(self.path("broker"), encoding="utf-8", errors="replace") as file:
                text = file.read()
            if re.search(r"^info 100:", text, re.M):
                self.console.append(process)
                self.running = True
                return 0, text
            time.sleep(0.2)
        with open(self.path("broker"), encoding="utf-8", errors="replace") as file:
            text = file.read()
        if process.poll() is None:
            process.kill()
            return -1, text
        return process.returncode, text

    def stir_for(self, words):
        """What wakes a command that waits: another program that writes, sets, or puts."""
        if not words or words[0] not in ("wait", "event", "queue", "watch"):
            return None
        name = next((word for word in words[1:] if word in rules.NAMES.values()), None)
        if words[0] == "queue":
            return lambda: self.quiet("shmb", "queue", "put", name or "Orders", "--text", "x")
        if name == rules.NAMES["event"]:
            return lambda: self.quiet("shmb", "event", "set", name)
        if words[0] in ("wait", "watch") and len(words) > 1:
            return lambda: self.quiet("shmb", "write", words[1], "--text", "x")
        return None

    def execute(self, program, words, files):
        """(exit code, output) of a command of a page."""
        if program == "shmbroker" and words and words[0] in UNSAFE and \
                "--allow-unsafe-config" not in words and "--help" not in words:
            words = [words[0], "--allow-unsafe-config", *words[1:]]
        if program == "shmbroker" and words[:1] == ["run"] and "--help" not in words:
            return self.run_broker(words)
        code = self.run(program, words, files, self.stir_for(words))
        return code, self.said()
