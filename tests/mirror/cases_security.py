"""Who may do what on the server, and what a mirror says where it may not."""
import os
import re

import resp
import servers
from stage import BOTH, BUCKET, PUBLISH, key_of, says
from waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _page():
    with open(os.path.join(ROOT, "install/farm.md"), encoding="utf-8") as file:
        return file.read()


def _line_of_the_page():
    """The user that install/farm.md tells to make."""
    lines = re.findall(r"^ *(ACL SETUSER mirror .*)$", _page(), re.M)
    assert len(lines) == 1, "install/farm.md has one line ACL SETUSER mirror"
    assert f"{BUCKET}:" in lines[0]
    return [word.strip("'\"") for word in lines[0].replace("PASSWORD", "s3cret").split()]


def _password(machine, word):
    file = machine.write("password", word + "\n")
    os.chmod(machine.path("password"), 0o600)
    return file


def the_user_of_the_page_is_enough(stage):
    """The ACL user of install/farm.md suffices for a mirror that publishes and follows."""
    one, two, _ = stage.machines
    server = stage.server()
    server.do(*_line_of_the_page())
    server.do("ACL", "SETUSER", "default", "resetkeys", f"~{BUCKET}:*", "resetchannels", "-@all", "+ping",
              "+info", "+hgetall")
    for machine in (one, two):
        file = _password(machine, "s3cret")
        stage.mirror(machine, server, {"Settings": BOTH, "Rates": BOTH},
                     f"user: mirror\npassword_file: '{file}'")
    stage.met()
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
                      ("SHUTDOWN",), ("PUBLISH", "other", "x"),
                      ("SUBSCRIBE", "other"), ("PSUBSCRIBE", "*"), ("MONITOR",),
                      ("REPLICAOF", "NO", "ONE"), ("CLIENT", "KILL", "TYPE", "normal"),
                      ("SCRIPT", "FLUSH"), ("DEL", key_of("Prices")),
                      ("EVAL", "return redis.call('GET', KEYS[1])", 1, "other"),
                      ("EVAL", "return redis.call('HGET', KEYS[1], 'x')", 1, "other"),
                      ("EVAL", "return redis.call('FLUSHALL')", 0)):
            try:
                mirror(*words)
                allowed = True
            except resp.Refused as answer:
                # of a request, and within a script
                allowed = not re.search("NOPERM|ACL failure in script|user executing the script can't", str(answer))
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
    says(one, "WRONGPASS")
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
    code, said = one.run("shmbmirror", "check", "--config", file)
    assert code != 0 and re.search(r"tls\.yaml:2:\d+: .*TLS", said), (code, said)


class _Example(servers.Farm):
    """Three servers and three Sentinels with the files of install/farm.md: their lines, with ports of this
    machine in place of the addresses of others."""

    def __init__(self, folder):
        blocks = [[line.strip().split("  ")[0] for line in block.splitlines()]
                  for block in re.findall(r"```text\n(.*?)```", _page(), re.S)]
        redis, users, sentinel = (next(block for block in blocks if
                                       any(line.lstrip().startswith(word) for line in block))
                                  for word in ("aclfile", "user default", "sentinel monitor"))
        users = [*users, "user mirror " + " ".join(_line_of_the_page()[3:])]
        self.replicas, self.sentinels, self.all = [], [], []
        ports = servers.free_ports(3)

        def lines(block):
            return [line.replace("PASSWORD", "s3cret").replace("10.0.0.1 6379", f"127.0.0.1 {ports[0]}")
                    .replace("/etc/redis/users.acl", os.path.join(folder, "users.acl"))
                    for line in block if line and not line.startswith(("bind", "protected-mode"))]
        with open(os.path.join(folder, "users.acl"), "w", encoding="utf-8") as file:
            file.write("\n".join(line.replace("PASSWORD", "s3cret") for line in users) + "\n")
        for number, port in enumerate(ports):
            self.all.append(servers.Server(
                folder, f"farm{number + 1}",
                [line for line in lines(redis) if number or not line.startswith("replicaof")],
                port=port).start())
        self.master, self.replicas = self.all[0], self.all[1:]
        for number in range(3):
            self.sentinels.append(servers.Server(folder, f"sentinel{number + 1}", lines(sentinel),
                                                 sentinel=True).start())
        until(self.all_known, "the Sentinels know each other and the replicas")


def the_example_of_the_page(stage):
    """Servers and Sentinels with the files of install/farm.md: mirrors connect, and outlive the master."""
    one, two, three = stage.machines
    farm = stage.keep(_Example(stage.folder))
    where = "sentinel: [" + ", ".join(f"'127.0.0.1:{each.port}'" for each in farm.sentinels) + \
        "]\nmaster: shm"
    for machine in stage.machines:
        stage.mirror(machine, where, {"Settings": BOTH},
                     f"user: mirror\npassword_file: '{_password(machine, 's3cret')}'")
    stage.met()
    stage.agree("Settings", stage.put(one, "Settings"), [two, three])
    ports = {each.port for each in farm.replicas}
    farm.master.kill()
    until(lambda: farm.master_port() in ports, "a replica is the master")
    stage.agree("Settings", stage.put(two, "Settings"), [one, three])
