"""Connections by TLS: whom a mirror believes, what it says where it does not, and that nothing goes in clear.

The certificates are made by the program `openssl`. Each server has a port with TLS, and one without for the
test itself."""
import os
import re
import subprocess

import resp
import servers
from proxy import Proxy
from stage import BOTH, FOLLOW, PUBLISH, key_of, says
from waiting import until

SECRET = "s3cret"
HERE = "DNS:localhost,IP:127.0.0.1"


class _Authority:
    """Signs certificates; its own is the file `pem`."""

    def __init__(self, stage, name):
        self.folder = os.path.join(stage.folder, name)
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "settings"), "w", encoding="ascii") as file:
            file.write("[req]\ndistinguished_name = name\n[name]\n")
        self._openssl("req", "-x509", *self._key("authority"), "-out", "authority.pem", "-subj", f"/CN={name}",
                      "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE")
        self.pem = os.path.join(self.folder, "authority.pem")

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, (words, done.stdout.decode())

    @staticmethod
    def _key(name):
        return ("-config", "settings", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", f"{name}.key")

    def certificate(self, name, hosts=HERE, days=2):
        """(certificate, key): files."""
        self._openssl("req", *self._key(name), "-out", f"{name}.request", "-subj", f"/CN={name}")
        with open(os.path.join(self.folder, "extensions"), "w", encoding="ascii") as file:
            file.write(f"subjectAltName = {hosts}\n")
        self._openssl("x509", "-req", "-in", f"{name}.request", "-CA", self.pem, "-CAkey", "authority.key",
                      "-CAcreateserial", "-days", str(days), "-extfile", "extensions", "-out", f"{name}.pem")
        return tuple(os.path.join(self.folder, f"{name}.{end}") for end in ("pem", "key"))

    def with_password(self, key):
        """The same key in a file that asks for a password."""
        self._openssl("ec", "-in", key, "-aes128", "-passout", "pass:x", "-out", "locked.key")
        return os.path.join(self.folder, "locked.key")


class _Port:
    """A port beside that of the server, for Stage.way."""

    def __init__(self, port):
        self.port = port


def _lines(port, ca, pair, clients="no"):
    return [f"tls-port {port}", f"tls-cert-file {pair[0]}", f"tls-key-file {pair[1]}",
            f"tls-ca-cert-file {ca}", f"tls-auth-clients {clients}"]


def _server(stage, authority, pair=None, clients="no", name="server"):
    """(server, its port with TLS), with the user `mirror`."""
    port = servers.free_ports(1)[0]
    server = stage.server(*_lines(port, authority.pem, pair or authority.certificate("server"), clients),
                          name=name)
    server.do("ACL", "SETUSER", "mirror", "on", f">{SECRET}", "~*", "&*", "+@all")
    return server, _Port(port)


def _yaml(machine, authority=None, pair=None, name=None):
    parts = ([f"ca: '{machine.windows_path(authority.pem)}'"] if authority else []) + \
        ([f"certificate: '{machine.windows_path(pair[0])}'", f"key: '{machine.windows_path(pair[1])}'"]
         if pair else []) + ([f"name: {name}"] if name else [])
    return "user: mirror\n" + (f"tls: {{ {', '.join(parts)} }}\n" if parts else "")


def _mirror(stage, machine, port, segments, yaml, host="127.0.0.1"):
    stage.mirror(machine, f"server: rediss://{host}:{port.port}", segments, yaml,
                 environment={"SHMBMIRROR_PASSWORD": SECRET})


def _way(stage, machine, port):
    """A way on which all that goes to the server is kept."""
    way = stage.way(machine, port)
    way.sent = bytearray()
    return way


def _nothing_in_clear(way):
    assert len(way.sent) > 100, "nothing went this way"
    for word in (SECRET, "AUTH", "PING", "HMGET", "EVAL", "mirror", "changes", key_of("Settings"), "content"):
        assert word.encode() not in way.sent, f"{word} went in clear"


def _refused(stage, one, way, server, why):
    """One line tells it with the place, nothing of it went out, and here all goes on."""
    says(one, rf"server 127\.0\.0\.1:{way.port}: .*{why}")
    value = stage.put(one, "Settings")
    assert one.peer("Settings").value() == value
    seen = len(way.sent)
    until(lambda: len(way.sent) > seen, "it tries again")
    lines = [line for line in one.mirror.all if " server 127" in line]
    assert len(lines) == 1, lines
    _nothing_in_clear(way)
    assert not stage.stored(server, "Settings")
    assert not one.mirror.has_said(SECRET)


def values_go_by_tls(stage):
    """Values of all sizes go and come with a user and a password, and nothing of them can be read."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority)
    ways = [_way(stage, machine, port) for machine in (one, two)]
    names = ("Settings", "Rates", "Large")
    for machine, way in zip((one, two), ways):
        _mirror(stage, machine, way, {name: BOTH for name in names}, _yaml(machine, authority))
    stage.met()
    for name in names:
        stage.agree(name, stage.put(one, name), [two])
        stage.agree(name, stage.put(two, name), [one])
    for way in ways:
        _nothing_in_clear(way)
        assert servers.content(2, stage.numbers, 65536)[64:128] not in way.sent
    stage.on_server(server, "Large", (2, stage.numbers))


def many_changes_by_tls(stage):
    """A storm of changes on several connections ends with the last value on all sides."""
    one, two, three = stage.machines
    authority = _Authority(stage, "authority")
    _, port = _server(stage, authority)
    for machine in stage.machines:
        _mirror(stage, machine, port, {"Rates": PUBLISH if machine is one else FOLLOW, "Settings": BOTH},
                _yaml(machine, authority))
    stage.met()
    first = stage.numbers + 1
    stage.numbers += 400
    one.peer("Rates").tell("storm", one.number, first, 400, 2000)
    settings = stage.put(two, "Settings")
    one.peer("Rates").answer()
    stage.agree("Rates", (one.number, first + 399), [two, three])
    stage.agree("Settings", settings, stage.machines)


def another_authority_is_refused(stage):
    """A server whose certificate another authority has signed gets no byte but the handshake."""
    one, _, _ = stage.machines
    server, port = _server(stage, _Authority(stage, "another"))
    way = _way(stage, one, port)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, _Authority(stage, "authority")))
    _refused(stage, one, way, server, "certificate is refused: .*(issuer|self-signed)")


def without_ca_windows_decides(stage):
    """Without `ca`, an authority must be among those that the machine trusts."""
    one, _, _ = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority)
    way = _way(stage, one, port)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one))
    _refused(stage, one, way, server, "certificate is refused: .*(issuer|self-signed)")
    one.mirror.kill()
    der = subprocess.run(["openssl", "x509", "-in", authority.pem, "-outform", "DER"], check=True,
                         stdout=subprocess.PIPE).stdout
    mark = subprocess.run(["openssl", "x509", "-in", authority.pem, "-noout", "-fingerprint", "-sha1"],
                          check=True, stdout=subprocess.PIPE).stdout.decode().split("=")[1].strip()
    # an entry of the store as Windows keeps it: the property 32 is the certificate
    blob = b"\x20\0\0\0\x01\0\0\0" + len(der).to_bytes(4, "little") + der
    key = "HKLM\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates\\" + mark.replace(":", "")
    for words in (("add", key, "/v", "Blob", "/t", "REG_BINARY", "/d", blob.hex(), "/f"),):
        subprocess.run([*one.wine, "reg", *words], env=one.environment, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60)
    try:
        one.start_mirror(environment={"SHMBMIRROR_PASSWORD": SECRET})
        stage.on_server(server, "Settings", stage.put(one, "Settings"))
    finally:
        subprocess.run([*one.wine, "reg", "delete", key, "/f"], env=one.environment, check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)


def another_host_is_refused(stage):
    """A certificate for another name or address is refused; `name` says which one it must have."""
    one, _, _ = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority, authority.certificate("server", "DNS:farm.example"))
    way = _way(stage, one, port)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, authority))
    _refused(stage, one, way, server, r"certificate is not for 127\.0\.0\.1")
    for host, name, why in (("localhost", None, "not for localhost"),
                            ("127.0.0.1", "other.example", "not for other.example"),
                            ("127.0.0.1", "sub.farm.example", "not for sub.farm.example")):
        one.mirror.kill()
        _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, authority, name=name), host)
        says(one, f"certificate is {why}")
    assert not stage.stored(server, "Settings")
    one.mirror.kill()
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, authority, name="farm.example"))
    stage.on_server(server, "Settings", stage.put(one, "Settings"))
    _nothing_in_clear(way)


def a_name_of_the_certificate_is_enough(stage):
    """A server that is named as its certificate names it is believed, by name and by address."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    _, port = _server(stage, authority)
    _mirror(stage, one, port, {"Settings": BOTH}, _yaml(one, authority), "localhost")
    _mirror(stage, two, port, {"Settings": BOTH}, _yaml(two, authority))
    stage.met()
    stage.agree("Settings", stage.put(one, "Settings"), [two])


def an_expired_certificate_is_refused(stage):
    """A certificate whose time is over is refused."""
    one, _, _ = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority, authority.certificate("server", days=-1))
    way = _way(stage, one, port)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, authority))
    _refused(stage, one, way, server, "certificate is refused: certificate has expired")


def the_server_asks_who_the_mirror_is(stage):
    """Where the server wants a certificate, the right one is enough; without one, or with another
    authority's, the mirror says so."""
    one, two, three = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority, clients="yes")
    _mirror(stage, one, port, {"Settings": BOTH}, _yaml(one, authority, authority.certificate("one")))
    _mirror(stage, two, port, {"Settings": BOTH}, _yaml(two, authority))
    _mirror(stage, three, port, {"Settings": BOTH},
            _yaml(three, authority, _Authority(stage, "another").certificate("three")))
    stage.on_server(server, "Settings", stage.put(one, "Settings"))
    place = rf"server 127\.0\.0\.1:{port.port}: "
    says(two, place + "TLS failed: .*certificate required")
    says(three, place + "TLS failed: .*(unknown ca|certificate)")
    assert not two.mirror.has_said("connected to") and not three.mirror.has_said("connected to")


def a_server_without_tls_is_told(stage):
    """Where TLS is wanted and the server speaks in clear, it gets nothing but the handshake."""
    one, _, _ = stage.machines
    server = stage.server()
    way = _way(stage, one, server)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, _Authority(stage, "authority")))
    _refused(stage, one, way, server, "(does not speak TLS|TLS handshake)")


def a_server_with_tls_is_told(stage):
    """Where the file says redis:// and the server speaks TLS, the mirror says so."""
    one, _, _ = stage.machines
    _, port = _server(stage, _Authority(stage, "authority"))
    stage.mirror(one, port, {"Settings": BOTH})
    says(one, rf"server 127\.0\.0\.1:{port.port}: .*rediss://")
    value = stage.put(one, "Settings")
    assert one.peer("Settings").value() == value


def tls_in_the_file_and_no_rediss_is_an_error(stage):
    """A file with `tls` whose address is redis:// is refused: all would go in clear."""
    one = stage.machines[0]
    file = one.write("tls.yaml", "version: 1\nserver: redis://127.0.0.1:6379\ntls: { name: x }\n"
                                 "segments:\n  Prices: { publish: true }\n")
    code, said = one.run("shmbmirror", "check", "--config", file)
    assert code != 0 and re.search(r"tls\.yaml:3:6: error: tls: .*in clear", said), (code, said)


def a_handshake_that_hangs(stage):
    """A server that accepts and says nothing is given up after `timeout`, and used when it answers again."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    _, port = _server(stage, authority)
    way = stage.way(one, port)
    way.stall(True)
    _mirror(stage, one, way, {"Settings": PUBLISH}, _yaml(one, authority) + "timeout: 500 ms\n")
    _mirror(stage, two, port, {"Settings": FOLLOW}, _yaml(two, authority))
    says(one, rf"server 127\.0\.0\.1:{way.port}: no TLS handshake in time")
    assert one.status()["running"]
    value = stage.put(one, "Settings")
    assert one.peer("Settings").value() == value
    way.stall(False)
    stage.agree("Settings", value, [two])
    # and in the middle: what the server says stays on the way
    for ways in (("in",), ("out",)):
        since = len(one.mirror.all)
        way.stall(True, ways)
        way.drop()
        value = stage.put(one, "Settings")
        says(one, "no TLS handshake in time", since)
        way.stall(False)
        stage.agree("Settings", value, [two])


def cut_in_the_handshake(stage):
    """A connection that ends behind any byte of the handshake is made again, and all agree."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    _, port = _server(stage, authority)
    way = stage.way(one, port)
    _mirror(stage, one, way, {"Settings": BOTH}, _yaml(one, authority))
    _mirror(stage, two, port, {"Settings": BOTH}, _yaml(two, authority))
    stage.met()
    for direction in ("out", "in"):
        for count in (1, 3, 5, 6, 44, 100, 180, 260, 300, 340, 420, 600, 900, 1200, 1500):
            way.cut_after(count, direction)
            way.drop()
            stage.agree("Settings", stage.put(one, "Settings"), [two])
            stage.agree("Settings", stage.put(two, "Settings"), [one])
    assert way.cuts >= 20, way.cuts


def cut_in_a_value(stage):
    """A connection that ends behind any byte of a value that goes or comes: the value comes whole, once."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    server, port = _server(stage, authority)
    ways = stage.way(one, port), stage.way(two, port)
    _mirror(stage, one, ways[0], {"Rates": PUBLISH}, _yaml(one, authority))
    _mirror(stage, two, ways[1], {"Rates": FOLLOW}, _yaml(two, authority))
    stage.agree("Rates", stage.put(one, "Rates"), [two])
    revision = stage.revision(server, "Rates")
    cuts = (1, 5, 30, 99, 300, 5000, 16384, 16405, 16430, 32768, 40000, 65000, 65536, 65700, 66000)
    for way, direction in zip(ways, ("out", "in")):
        for count in cuts:
            way.cut_after(count, direction)
            stage.agree("Rates", stage.put(one, "Rates"), [two])
        assert way.cuts >= 10, way.cuts
    assert stage.revision(server, "Rates") - revision == 2 * len(cuts)


def what_is_changed_on_the_way_is_refused(stage):
    """A byte that somebody changes on the way ends the connection; no value of it is taken."""
    one, two, _ = stage.machines
    authority = _Authority(stage, "authority")
    _, port = _server(stage, authority)
    way = stage.way(two, port)
    _mirror(stage, one, port, {"Rates": PUBLISH}, _yaml(one, authority))
    _mirror(stage, two, way, {"Rates": FOLLOW}, _yaml(two, authority))
    stage.agree("Rates", stage.put(one, "Rates"), [two])
    for at in (40, 5000, 40000):
        since = len(two.mirror.all)
        way.spoil_after(at)
        value = stage.put(one, "Rates")
        says(two, "TLS failed: .*bad (record mac|decrypt)|TLS failed: decryption failed", since)
        stage.agree("Rates", value, [two])


def files_that_cannot_be_used(stage):
    """Files that are missing, broken, locked or do not belong together: one line each, with the key's place."""
    one = stage.machines[0]
    authority = _Authority(stage, "authority")
    pem, key = authority.certificate("one")
    other = authority.certificate("other")[1]
    broken = os.path.join(stage.folder, "broken.pem")
    with open(broken, "w", encoding="ascii") as file:
        file.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    nothing = os.path.join(stage.folder, "nothing.pem")
    cases = (("ca", nothing, pem, key, "No such file"), ("ca", broken, pem, key, "."),
             ("ca", key, pem, key, "."),
             ("certificate", authority.pem, nothing, key, "No such file"),
             ("certificate", authority.pem, broken, key, "."), ("certificate", authority.pem, key, key, "none"),
             ("key", authority.pem, pem, nothing, "No such file"), ("key", authority.pem, pem, pem, "."),
             ("key", authority.pem, pem, other, "mismatch"),
             ("key", authority.pem, pem, authority.with_password(key), "password"))
    for what, *files, why in cases:
        lines = [f"  {word}: '{one.windows_path(path)}'" for word, path in
                 zip(("ca", "certificate", "key"), files)]
        file = one.write("tls.yaml", "\n".join(
            ["version: 1", "server: rediss://127.0.0.1:6379", "tls:", *lines, "segments:",
             "  Prices: { publish: true }", ""]))
        line = 4 + ("ca", "certificate", "key").index(what)
        column = len(f"  {what}: ") + 1
        wrong = files[("ca", "certificate", "key").index(what)]
        wanted = rf"tls\.yaml:{line}:{column}: error: tls\.{what}: {re.escape(one.windows_path(wrong))}: .*{why}"
        for verb in ("check", "run"):
            code, said = one.run("shmbmirror", verb, "--config", file)
            found = [each for each in said.splitlines() if "error" in each]
            assert code != 0 and len(found) == 1 and re.search(wanted, found[0]), (code, said, wanted)


def sentinels_by_tls(stage):
    """Sentinels and servers all with TLS: a master that is killed is replaced."""
    one, two, three = stage.machines
    authority = _Authority(stage, "authority")
    pair = authority.certificate("server")
    ports = servers.free_ports(5)
    everywhere = ["tls-replication yes"]
    nodes = []
    for number, port in enumerate(ports[:2]):
        follows = [f"replicaof {servers.HOST} {ports[0]}", "repl-diskless-sync-delay 0"] if number else []
        node = stage.server(*_lines(port, authority.pem, pair), *everywhere, *follows, name=f"node{number}")
        node.do("ACL", "SETUSER", "mirror", "on", f">{SECRET}", "~*", "&*", "+@all")
        nodes.append(node)
    until(lambda: nodes[1].info("replication")["master_link_status"] == "up", "the replica has its master")
    sentinels = []
    for number, port in enumerate(ports[2:]):
        one_more = servers.Server(
            stage.folder, f"sentinel{number}",
            [*_lines(port, authority.pem, pair), *everywhere,
             f"sentinel monitor shm {servers.HOST} {ports[0]} 2",
             "sentinel down-after-milliseconds shm 1000", "sentinel failover-timeout shm 5000"], sentinel=True)
        stage.started.append(one_more)
        sentinels.append(one_more.start())

    def known(sentinel):
        said = sentinel.do("SENTINEL", "MASTER", "shm")
        fields = dict(zip(said[::2], said[1::2]))
        return fields[b"num-other-sentinels"] == b"2" and fields[b"num-slaves"] == b"1"
    for sentinel in sentinels:
        until(lambda sentinel=sentinel: known(sentinel), "the Sentinels know each other and the replica")
    hang = Proxy(ports[2])
    hang.stall(True)
    where = "sentinel: [" + ", ".join(f"'rediss://127.0.0.1:{port}'" for port in (hang.port, *ports[2:])) + \
        "]\nmaster: shm"
    for machine in stage.machines:
        stage.mirror(machine, where, {"Settings": BOTH}, _yaml(machine, authority) + "timeout: 500 ms\n",
                     environment={"SHMBMIRROR_PASSWORD": SECRET})
    stage.met()
    says(one, rf"sentinel 127\.0\.0\.1:{hang.port}: no TLS handshake in time")
    stage.agree("Settings", stage.put(one, "Settings"), stage.machines)
    stage.replicated(nodes[0], nodes[1:], "Settings")
    nodes[0].kill()
    until(lambda: nodes[1].info("replication")["role"] == "master", "the replica is the master")
    stage.agree("Settings", stage.put(two, "Settings"), [one, three])
    hang.close()
