"""Values go from machine to machine: the ordinary case."""
from stage import BOTH, FOLLOW, PUBLISH, says
from waiting import until


def a_change_here_is_visible_there(stage):
    """Each value of a publisher comes to two followers, each as one change, and is sent once."""
    one, two, three = stage.machines
    server = stage.server()
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.mirror(two, server, {"Prices": FOLLOW})
    stage.mirror(three, server, {"Prices": FOLLOW})
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    begun = stage.revision(server, "Prices")
    before = [machine.peer("Prices").get()[3] for machine in stage.machines]
    for _ in range(20):
        stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    after = [machine.peer("Prices").get()[3] for machine in stage.machines]
    assert [b - a for a, b in zip(before, after)] == [20] * 3, (before, after)
    assert stage.revision(server, "Prices") - begun == 20


def a_small_value_comes_with_its_message(stage):
    """Who follows asks for no value of up to 64 KiB, but for larger ones, and with a bandwidth of its own."""
    one, two, three = stage.machines
    server = stage.server()
    seldom = "check: 10 min"  # else that asks, too
    names = ("Prices", "Rates", "Large")
    stage.mirror(one, server, {name: PUBLISH for name in names}, seldom)
    stage.mirror(two, server, {name: FOLLOW for name in names}, seldom)
    stage.mirror(three, server, {name: f"{FOLLOW}, bandwidth: 1 GiB" for name in names}, seldom)
    stage.met()
    for name, questions in (("Prices", 1), ("Rates", 1), ("Large", 2)):
        stage.agree(name, stage.put(one, name), [two, three])  # the first one of a key is asked for
        begun = stage.asked(server)
        for _ in range(5):
            stage.agree(name, stage.put(one, name), [two, three])
        assert stage.asked(server) - begun == 5 * (1 + questions), (name, stage.asked(server) - begun)


def both_ways_without_an_echo(stage):
    """Who publishes and follows gets what the others write, and its own never comes back."""
    machines = stage.machines
    server = stage.server()
    for machine in machines:
        stage.mirror(machine, server, {"Settings": BOTH})
    stage.met()
    stage.agree("Settings", stage.put(machines[0], "Settings"), machines)
    begun = stage.revision(server, "Settings")
    before = [machine.peer("Settings").get()[3] for machine in machines]
    for turn in range(18):
        stage.agree("Settings", stage.put(machines[turn % 3], "Settings"), machines)
    after = [machine.peer("Settings").get()[3] for machine in machines]
    # an echo would be one more change of the writer, or one more revision
    assert [b - a for a, b in zip(before, after)] == [18] * 3, ("an echo", before, after)
    assert stage.revision(server, "Settings") - begun == 18, "an echo: more revisions than values"


def a_storm_is_coalesced(stage):
    """While values change faster than they can be sent, the newest goes, and nothing queues up."""
    one, two, _ = stage.machines
    server = stage.server()
    stage.mirror(one, server, {"Rates": PUBLISH, "Fast": PUBLISH, "Large": PUBLISH})
    stage.mirror(two, server, {"Rates": FOLLOW, "Fast": FOLLOW, "Large": FOLLOW})
    for name in ("Rates", "Fast", "Large"):
        stage.agree(name, stage.put(one, name), [two])
        count, begun = 300, stage.revision(server, name)
        before = two.peer(name).get()[3]
        first = stage.numbers + 1
        stage.numbers += count
        one.peer(name).ask("storm", one.number, first, count, 0)
        stage.agree(name, (one.number, stage.numbers), [two])
        sent = stage.revision(server, name) - begun
        assert 1 <= sent <= count, sent
        assert two.peer(name).get()[3] - before <= sent, "more changes than values were sent"


def what_was_there_before_comes_at_the_start(stage):
    """A mirror that starts later gets the value that is on the server; a publisher sends what it has."""
    one, two, three = stage.machines
    server = stage.server()
    value = stage.put(one, "Prices")
    stage.mirror(one, server, {"Prices": PUBLISH})
    until(lambda: stage.revision(server, "Prices") > 0, "the value is on the server")
    stage.mirror(two, server, {"Prices": FOLLOW})
    stage.agree("Prices", value, [two])
    one.mirror.kill()
    stage.mirror(three, server, {"Prices": FOLLOW})
    stage.agree("Prices", value, [three])


def a_start_again_sends_nothing_twice(stage):
    """A publisher that starts again with the content that is on the server sends nothing."""
    one, two, _ = stage.machines
    server = stage.server()
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.mirror(two, server, {"Prices": FOLLOW})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    revision, change = stage.revision(server, "Prices"), two.peer("Prices").get()[3]
    one.mirror.kill()
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.agree("Prices", stage.put(one, "Prices"), [two])
    assert stage.revision(server, "Prices") == revision + 1
    assert two.peer("Prices").get()[3] == change + 1


def a_server_that_comes_later_is_found(stage):
    """Mirrors that start without a server say so, and agree as soon as there is one."""
    one, two, _ = stage.machines
    server = stage.server()
    server.kill()
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.mirror(two, server, {"Prices": FOLLOW})
    value = stage.put(one, "Prices")
    says(one, "connect")
    server.start()
    stage.agree("Prices", value, [two])
