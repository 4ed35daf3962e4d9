"""Who may do what on the server, and what a mirror says where it may not."""
import os
import re

import resp
from stage import BOTH, BUCKET, PUBLISH, key_of, refused, says
from waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _line_of_the_page():
    """The user that install/farm.md tells to make."""
    with open(os.path.join(ROOT, "install/farm.md"), encoding="utf-8") as file:
        lines = re.findall(r"^ *(ACL SETUSER mirror .*)$", file.read(), re.M)
    assert len(lines) == 1, "install/farm.md has one line ACL SETUSER mirror"
    assert f"{BUCKET}:" in lines[0]
    return [word.strip("'\"") for word in lines[0].replace("PASSWORD", "s3cret").split()]


def _password(machine, word):
    return machine.write("password", word + "\n")


def the_user_of_the_page_is_enough(stage):
    """The ACL user of install/farm.md suffices for a mirror that publishes and follows."""
    one, two, _ = stage.machines
    server = stage.server()
    server.do(*_line_of_the_page())
    server.do("ACL", "SETUSER", "default", "resetkeys", "resetchannels", "-@all", "+ping", "+info",
              "+hgetall")
    server.do("ACL", "SETUSER", "default", f"~{BUCKET}:*")
    for machine in (one, two):
        file = _password(machine, "s3cret")
        stage.mirror(machine, server, {"Settings": BOTH, "Rates": BOTH},
                     f"user: mirror\npassword_file: '{file}'")
    for name in ("Settings", "Rates"):
        stage.agree(name, stage.put(one, name), [two])
        stage.agree(name, stage.put(two, name), [one])
    assert not any("s3cret" in line for machine in (one, two) for line in machine.mirror.all)


def the_user_of_the_page_may_nothing_else(stage):
    """That user touches no other key or channel, reads no keys' names, and administers nothing."""
    server = stage.server()
    server.do(*_line_of_the_page())
    server.do("SET", "other", "x")
    with resp.Connection(server.port) as mirror:
        mirror("AUTH", "mirror", "s3cret")
        for words in (("GET", "other"), ("SET", "other", "y"), ("DEL", "other"), ("KEYS", "*"),
                      ("SCAN", "0"), ("FLUSHALL",), ("CONFIG", "GET", "*"), ("ACL", "LIST"),
                      ("SHUTDOWN",), ("DEBUG", "SLEEP", "0"), ("PUBLISH", "other", "x"),
                      ("SUBSCRIBE", "other"), ("PSUBSCRIBE", "*"), ("MONITOR",),
                      ("REPLICAOF", "NO", "ONE"), ("CLIENT", "KILL", "TYPE", "normal"),
                      ("SCRIPT", "FLUSH"), ("DEL", key_of("Prices")),
                      ("EVAL", "return redis.call('GET', KEYS[1])", 1, "other"),
                      ("EVAL", "return redis.call('FLUSHALL')", 0)):
            try:
                allowed = not refused(mirror, *words)
            except (ConnectionError, resp.Refused):
                allowed = True
            if words[0] == "EVAL" and allowed:
                # within a script the error has other words
                try:
                    mirror(*words)
                except resp.Refused as answer:
                    allowed = "ACL" not in str(answer) and "NOPERM" not in str(answer)
            assert not allowed, f"the user may do {' '.join(map(str, words))}"
    assert server.do("GET", "other") == b"x"


def a_wrong_password_is_told(stage):
    """A wrong password is told in one line without it; with the right one all goes on."""
    one, _, _ = stage.machines
    server = stage.server()
    server.do("ACL", "SETUSER", "mirror", "on", ">right", "~*", "&*", "+@all")
    server.do("ACL", "SETUSER", "default", "+@all")
    file = _password(one, "wr0ng")
    stage.mirror(one, server, {"Prices": PUBLISH}, f"user: mirror\npassword_file: '{file}'")
    says(one, "(?i)password|WRONGPASS|authenti|log in")
    stage.put(one, "Prices")
    assert not any("wr0ng" in line for line in one.mirror.all)
    server.do("ACL", "SETUSER", "mirror", ">wr0ng")
    until(lambda: stage.revision(server, "Prices") > 0, "the value is on the server",
          state=lambda: one.mirror.all[-4:])


def tls_that_is_not_there_is_an_error_of_the_file(stage):
    """A build without TLS refuses a rediss:// address, with its place in the file."""
    one = stage.machines[0]
    code, said = one.run("shmbmirror", "--version")
    assert code == 0, said
    if "without TLS" not in said and "no TLS" not in said:
        return  # this build has it
    file = one.write("tls.yaml", "version: 1\nserver: rediss://127.0.0.1:6379\nbucket: shm\n"
                                 "segments:\n  Prices: { publish: true }\n")
    code, said = one.run("shmbmirror", "check", file)
    assert code != 0 and re.search(r"tls\.yaml:2:\d+: .*TLS", said), (code, said)
