"""What breaks between machines: connections, servers, brokers, mirrors. Local work goes on, no value is
torn, none is lost that was the last one, and all agree in the end."""
import itertools
import time

from stage import BOTH, FOLLOW, PUBLISH, key_of, says
from waiting import until


def _pair(stage, segments, follower=None):
    """A publisher and a follower, each with a way of its own to one server."""
    one, two, _ = stage.machines
    server = stage.server()
    ways = stage.way(one, server), stage.way(two, server)
    stage.mirror(one, ways[0], segments)
    stage.mirror(two, ways[1], follower or {name: FOLLOW for name in segments})
    return one, two, server, ways


def cut_in_the_middle_of_a_value_out(stage):
    """A connection that ends behind any byte of a value that is sent: the value comes whole, or the next."""
    one, two, server, ways = _pair(stage, {"Rates": PUBLISH})
    stage.agree("Rates", stage.put(one, "Rates"), [two])
    before, revision = two.peer("Rates").get()[3], stage.revision(server, "Rates")
    cuts = [1, 7, 40, 99, 150, 260, 1000, 9000, 32768, 65000, 65536, 65700, 65900, 66100, 66300]
    for bytes_before in cuts:
        ways[0].cut_after(bytes_before, "out")
        stage.agree("Rates", stage.put(one, "Rates"), [two])
    assert ways[0].cuts >= 10, ways[0].cuts
    # a write whose answer was lost is not written a second time
    assert two.peer("Rates").get()[3] - before <= len(cuts)
    assert stage.revision(server, "Rates") - revision == len(cuts)


def cut_in_the_middle_of_a_value_in(stage):
    """A connection that ends behind any byte of a value that comes: it is written whole, once."""
    one, two, _, ways = _pair(stage, {"Rates": PUBLISH})
    stage.agree("Rates", stage.put(one, "Rates"), [two])
    before = two.peer("Rates").get()[3]
    cuts = [1, 7, 40, 99, 150, 260, 1000, 9000, 32768, 65000, 65536, 65700, 65900, 66100, 66300]
    for bytes_before in cuts:
        ways[1].cut_after(bytes_before, "in")
        stage.agree("Rates", stage.put(one, "Rates"), [two])
    assert ways[1].cuts >= 10, ways[1].cuts
    assert two.peer("Rates").get()[3] - before == len(cuts)


def disconnected_all_local_goes_on(stage):
    """Without a connection programs here write and read as ever; afterwards the newest value is there."""
    one, two, server, ways = _pair(stage, {"Prices": PUBLISH, "Rates": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    revision = stage.revision(server, "Prices")
    ways[0].disconnect()
    before = one.peer("Prices").get()[3]
    for _ in range(20):
        value = stage.put(one, "Prices")
        assert one.peer("Prices").value() == value
    assert one.peer("Prices").get()[3] == before + 20
    rates = stage.put(one, "Rates")
    ways[0].connect()
    stage.agree("Prices", value, [two])
    stage.agree("Rates", rates, [two])
    assert stage.revision(server, "Prices") == revision + 1, "old values were sent"


def a_server_that_hangs_is_left(stage):
    """A connection that carries nothing any more is given up; values go as soon as it works again."""
    one, two, server, ways = _pair(stage, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    for stall in (ways[0].stall, ways[1].stall, server.stall):
        said = len(one.mirror.all), len(two.mirror.all)
        stall(True)
        value = stage.put(one, "Prices")
        assert one.peer("Prices").value() == value
        until(lambda said=said: any(machine.mirror.has_said("no answer in time", since)
                                    for machine, since in zip((one, two), said)),
              "a mirror gives the connection up",
              state=lambda: one.mirror.all[-4:] + two.mirror.all[-4:])
        stall(False)
        stage.agree("Prices", value, [two])


def a_lost_message_costs_no_value(stage):
    """A value of which no message came is found by comparing revisions."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH, "Settings": BOTH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    before = two.peer("Prices").get()[3]
    stage.agree("Prices", stage.write_past(server, "Prices", 64), [two])
    assert two.peer("Prices").get()[3] == before + 1


def who_takes_messages_too_slowly_gets_the_newest(stage):
    """A follower whose messages pile up at the server is cut off there, and has the newest value then."""
    one, two, _ = stage.machines
    server = stage.server()
    server.do("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0")
    way = stage.way(two, server)
    stage.mirror(one, server, {"Rates": PUBLISH})
    stage.mirror(two, way, {"Rates": FOLLOW}, "timeout: 1 min")  # it does not give up itself
    stage.agree("Rates", stage.put(one, "Rates"), [two])
    way.stall(True)

    def storm():
        first = stage.numbers + 1
        stage.numbers += 50
        one.peer("Rates").ask("storm", one.number, first, 50, 2000)
        return server.do("CLIENT", "LIST", "TYPE", "pubsub").count(b"\n") < 2

    until(storm, "the server ends the connection of the follower")
    way.stall(False)
    stage.agree("Rates", (one.number, stage.numbers), [two])
    stage.agree("Rates", stage.put(one, "Rates"), [two])


def a_full_server_tells_of_no_value_that_it_has_not(stage):
    """A server without memory takes no value, and nobody gets it; with memory again, it comes."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    said = len(one.mirror.all)
    server.do("CONFIG", "SET", "maxmemory", "1")
    newer = stage.put(one, "Prices")
    says(one, "is not ready.*OOM", said)
    stage.compared(server)
    assert two.peer("Prices").value() == value, "a value that the server has not taken came in"
    server.do("CONFIG", "SET", "maxmemory", "0")
    stage.agree("Prices", newer, [two])


def who_only_follows_goes_back_with_the_server(stage):
    """The server lost a write, and nobody puts it there again: after 3 s the follower has what the server
    has, however seldom it compares."""
    one, two, _ = stage.machines
    server = stage.server()
    way = stage.way(two, server)
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.mirror(two, way, {"Prices": FOLLOW}, "check: 10 min")
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    stored = stage.stored(server, "Prices")
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    one.mirror.kill()
    server.do("HSET", key_of("Prices"), *[part for pair in stored.items() for part in pair])
    way.drop()
    stage.agree("Prices", value, [two])


def a_server_killed_and_empty_again(stage):
    """The server starts again with nothing: the publisher puts its value there, who follows keeps it."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH, "Rates": PUBLISH})
    values = {name: stage.put(one, name) for name in ("Prices", "Rates")}
    for name, value in values.items():
        stage.agree(name, value, [two])
    before = two.peer("Prices").get()[3]
    server.kill()
    server.start()
    until(lambda: stage.revision(server, "Prices") and stage.revision(server, "Rates"),
          "the values are on the server again")
    for name, value in values.items():
        stage.agree(name, value, [one, two])
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    assert two.peer("Prices").get()[3] - before <= 2


def a_server_killed_and_changed_meanwhile(stage):
    """Values that change while no server runs are there when an empty one has taken its place."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    server.kill()
    value = stage.put(one, "Prices")
    server.start()
    stage.agree("Prices", value, [two])


def a_change_outlives_the_server_and_its_mirror(stage):
    """The server lost all, and a mirror that knows no revision meets the content that another has put
    there again: what a program wrote on top of it meanwhile wins."""
    one, two, three = stage.machines
    server = stage.server()
    way = stage.way(three, server)
    for machine, where in ((one, server), (two, server), (three, way)):
        stage.mirror(machine, where, {"Settings": BOTH})
    stage.met()
    for machine in (one, two, three):
        stage.agree("Settings", stage.put(machine, "Settings"), stage.machines)
    three.mirror.kill()
    way.disconnect()
    server.kill()
    server.start()
    until(lambda: stage.revision(server, "Settings"), "the value is on the server again")
    three.start_mirror()
    until(lambda: three.states() == ["behind"],
          "its new mirror has opened the segment", state=three.status)
    value = stage.put(three, "Settings")
    way.connect()
    until(lambda: three.mirror.has_said("lost:") or
          all(machine.peer("Settings").value() == value for machine in stage.machines),
          f"Settings is {value} on all machines", state=lambda: three.mirror.all)
    assert not three.mirror.has_said("lost:"), three.mirror.all


def who_knows_no_revision_waits_for_others(stage):
    """An empty server, and a mirror that publishes and follows: for 3 s others may put there what they
    know; then it sends. A slow machine only makes that longer."""
    one, _, _ = stage.machines
    server = stage.server()
    stage.put(one, "Settings")
    begun = time.monotonic()
    stage.mirror(one, server, {"Settings": BOTH})
    until(lambda: stage.revision(server, "Settings"), "the value is on the server")
    assert time.monotonic() - begun >= 2.9, "it has not waited"


def empty_again_and_nobody_publishes(stage):
    """The server is empty and the publisher is gone: whoever follows keeps what it has."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    one.mirror.kill()
    since = len(two.mirror.all)
    server.kill()
    server.start()
    says(two, "connected to", since)
    stage.agree("Prices", value, [two])
    # a follower that has something later proves that it compares and still keeps it
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])


def a_server_that_goes_back(stage):
    """The server lost its last writes: the publisher puts the newer value there again."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    old = server.do("DUMP", key_of("Prices"))
    for _ in range(3):
        value = stage.put(one, "Prices")
        stage.agree("Prices", value, [two])
    revision = stage.revision(server, "Prices")
    server.do("RESTORE", key_of("Prices"), 0, old, "REPLACE")
    until(lambda: stage.revision(server, "Prices") > revision, "the newer value is there again")
    stage.agree("Prices", value, [one, two])
    stage.agree("Prices", stage.put(one, "Prices"), [two])


def a_broker_killed_and_started_again(stage):
    """A broker that is killed and started again: programs and mirrors go on with the content."""
    one, two, _, _ = _pair(stage, {"Prices": BOTH}, {"Prices": BOTH})
    stage.met()
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    for machine, other in ((one, two), (two, one)):
        before = machine.peer("Prices").value()
        machine.broker.kill()
        value = stage.put(other, "Prices")
        machine.start_broker()
        stage.agree("Prices", value, [machine, other])
        assert before != value
        stage.agree("Prices", stage.put(machine, "Prices"), [other])


def a_segment_made_anew_where_it_follows(stage):
    """A follower's segment that is made anew, and empty, gets the value again."""
    one, two, _, _ = _pair(stage, {"Prices": PUBLISH})
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    _anew(stage, two, "Prices")
    stage.agree("Prices", value, [two])
    stage.agree("Prices", stage.put(one, "Prices"), [two])


def a_segment_made_anew_where_it_publishes(stage):
    """A publisher's segment that is made anew sends no empty content; its next value goes out."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    _anew(stage, one, "Prices")
    since = time.time()
    # it sends what programs without the library have written when it compares
    until(lambda: one.states(since) == ["agreed"], "its mirror has compared the new segment",
          state=one.status)
    stage.compared(server, 3)
    assert two.peer("Prices").value() == value, "the empty content was sent"
    stage.agree("Prices", stage.put(one, "Prices"), [two])


def _anew(stage, machine, name, keys=None):
    """The broker drops the segment, and makes another one of the name, with these keys."""
    for program in list(machine.peers):
        machine.peers.pop(program).kill()
    machine.reload({key: keys for key, keys in stage.segments.items() if key != name})
    until(lambda: "not there" in machine.run("plain", "exists", "section", "Global\\" + name)[1],
          f"nobody has the retired {name} open any more")
    machine.reload({**stage.segments, name: keys or stage.segments[name]})


def another_size_on_the_other_side(stage):
    """Sizes that differ: nothing is written, a line says so, and all is well once they are equal."""
    one, two, _, _ = _pair(stage, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    _anew(stage, two, "Prices", "size: 96, notify: true")
    since = len(two.mirror.all)
    value = stage.put(one, "Prices")
    says(two, r"Prices.*(64.*96|96.*64)", since)
    assert two.peer("Prices").value() is None, "something was written into a segment of another size"
    _anew(stage, two, "Prices")
    stage.agree("Prices", value, [two])


def a_mirror_killed_at_any_moment(stage):
    """A mirror that is killed, also while it writes a value, is replaced; all agree, nothing is torn."""
    one, two, server, ways = _pair(stage, {"Rates": PUBLISH, "Large": PUBLISH})
    for name, machine in itertools.product(("Rates", "Large"), (two, one, two)):
        first, begun = stage.numbers + 1, ways[0].bytes
        stage.numbers += 60
        one.peer(name).tell("storm", one.number, first, 60, 2000)
        # on a slow machine only the last value may go: less than one value is waited for
        until(lambda begun=begun: ways[0].bytes > begun + 30000, "values go out")
        machine.mirror.kill()
        machine.start_mirror()
        one.peer(name).answer()
        stage.agree(name, (one.number, stage.numbers), [two])
    assert stage.revision(server, "Rates") > 0


def what_is_no_value_is_refused(stage):
    """What others put under the key is no value: nothing is written, a line says so, the next one comes."""
    one, two, server, _ = _pair(stage, {"Prices": PUBLISH})
    value = stage.put(one, "Prices")
    stage.agree("Prices", value, [two])
    before, key = two.peer("Prices").get()[3], key_of("Prices")
    stored = stage.stored(server, "Prices")
    for words in (("SET", key, "x"), ("HSET", key, "revision", "twelve"),
                  ("HSET", key, "revision", "99999999999999999999999"),
                  ("HSET", key, "revision", "900", "content", "short"),
                  ("HSET", key, "revision", "901", "size", "9999999999"), ("HDEL", key, "content")):
        again = [("HSET", key, *[part for pair in stored.items() for part in pair])]
        # at once: in between the publisher would put its value there again
        server.transaction(("DEL", key), *(again if words[0] != "SET" else []), words)
        stage.put(two, "Settings")  # of no meaning to the mirror: time passes here
    two.mirror.kill()
    since = 0
    two.start_mirror()
    says(two, "Prices", since)
    assert two.peer("Prices").value() == value and two.peer("Prices").get()[3] == before
    server.do("DEL", key)
    stage.agree("Prices", stage.put(one, "Prices"), [two])
