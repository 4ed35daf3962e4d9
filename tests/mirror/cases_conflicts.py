"""More than one writes the same value."""
import time

from stage import BOTH, FOLLOW, PUBLISH, says
from waiting import until


def two_publishers_of_one_name(stage):
    """Two machines that only publish one name: the last write is the value, and both are told."""
    one, two, three = stage.machines
    server = stage.server()
    stage.mirror(one, server, {"Prices": PUBLISH})
    stage.mirror(three, server, {"Prices": FOLLOW})
    stage.agree("Prices", stage.put(one, "Prices"), [three])
    own = stage.put(two, "Prices")
    stage.mirror(two, server, {"Prices": PUBLISH})
    says(two, "Prices.*(publish|machine)")
    last = stage.put(two, "Prices")
    stage.agree("Prices", last, [three])
    assert own != last
    says(one, "Prices.*(publish|machine)")
    # each keeps its own content: who only publishes takes nothing
    assert one.peer("Prices").value()[0] == one.number
    assert two.peer("Prices").value() == last
    # and writes only when a program here does
    revision = stage.revision(server, "Prices")
    stage.compared(server)
    assert stage.revision(server, "Prices") == revision, "publishers replace each other's value"
    last = stage.put(one, "Prices")
    stage.agree("Prices", last, [three])


def databases_of_one_server_are_apart(stage):
    """Two farms with one bucket, each in a database of its own: no value goes from one to the other."""
    one, two, three = stage.machines
    server = stage.server()
    places = {one: 1, two: 2, three: 2}
    for machine, database in places.items():
        stage.put(machine, "Settings")
        stage.mirror(machine, f"server: redis://127.0.0.1:{server.port}/{database}", {"Settings": BOTH})

    def revisions(since):
        """Of the mirrors; 0: it has not agreed with its server since."""
        return [next((part["revision"] for part in machine.segments_now(since) if part["state"] == "agreed"), 0)
                for machine in places]

    since = time.time()
    until(lambda: 0 not in (now := revisions(since)) and now[1] == now[2], "all agree with their database")
    while (now := revisions(0))[0] <= now[1]:  # so that those of the other farm seem older
        stage.put(one, "Settings")
    value = stage.put(two, "Settings")
    stage.agree("Settings", value, [three])
    own = stage.put(one, "Settings")
    stage.compared(server)
    assert [machine.peer("Settings").value() for machine in places] == [own, value, value]


def two_writers_at_once(stage):
    """Three that publish and follow write at the same time: all agree on one last value."""
    machines = stage.machines
    server = stage.server()
    for machine in machines:
        stage.mirror(machine, server, {"Settings": BOTH, "Rates": BOTH})
    stage.met()
    for name in ("Settings", "Rates"):
        stage.agree(name, stage.put(machines[0], name), machines)
        lasts = []
        for machine in machines:
            first = stage.numbers + 1
            stage.numbers += 200
            machine.peer(name).tell("storm", machine.number, first, 200, 300)
            lasts.append((machine.number, stage.numbers))
        for machine in machines:
            machine.peer(name).answer()
        stage.agree_on_one(name, machines)
        stage.agree(name, stage.put(machines[1], name), machines)


def changed_on_both_sides_while_cut(stage):
    """Both sides changed while they were cut off: who comes back first wins, the other is told."""
    one, two, three = stage.machines
    server = stage.server()
    ways = [stage.way(machine, server) for machine in stage.machines]
    for machine, way in zip(stage.machines, ways):
        stage.mirror(machine, way, {"Settings": BOTH})
    stage.met()
    stage.agree("Settings", stage.put(one, "Settings"), stage.machines)
    ways[0].disconnect()
    ways[1].disconnect()
    first, second = stage.put(one, "Settings"), stage.put(two, "Settings")
    ways[0].connect()
    stage.agree("Settings", first, [one, three])
    since = len(two.mirror.all)
    ways[1].connect()
    value = stage.agree_on_one("Settings", stage.machines, [first, second])
    until(lambda: two.mirror.has_said("Settings", since), "the loss is told",
          state=lambda: (value, two.mirror.all[since:]))


def a_write_that_knows_too_little_is_refused(stage):
    """A write that was made before its machine could hear of a newer one does not replace it, and that is told."""
    one, two, _ = stage.machines
    server = stage.server()
    way = stage.way(two, server)
    stage.mirror(one, server, {"Settings": BOTH})
    # it asks nothing by itself: while it waits for an answer it sends nothing
    stage.mirror(two, way, {"Settings": BOTH}, "timeout: 1 min\ncheck: 10 min")
    stage.met()
    stage.agree("Settings", stage.put(one, "Settings"), [two])

    def writes():
        return int(dict(part.split("=") for part in
                        server.info("commandstats")["cmdstat_evalsha"].split(","))["calls"])
    since = len(two.mirror.all)
    way.stall(True, ["in"])  # it hears nothing, and what it says arrives
    value = stage.put(one, "Settings")
    stage.on_server(server, "Settings", value)
    begun = writes()
    stage.put(two, "Settings")
    until(lambda: writes() > begun, "the second machine has sent its own")
    way.stall(False)
    stage.agree("Settings", value, [one, two])
    says(two, "lost: a change of this machine", since)


def clocks_of_machines_do_not_matter(stage):
    """Revisions count writes and no clock: what another tool writes with absurd times changes nothing."""
    one, two, _ = stage.machines
    server = stage.server()
    for machine in (one, two):
        stage.mirror(machine, server, {"Settings": BOTH})
    stage.met()
    stage.agree("Settings", stage.put(one, "Settings"), [two])
    fields = stage.stored(server, "Settings")
    for field, stored in fields.items():
        if field in ("time", "written", "at"):  # of messages for people alone, where there is one
            for time in ("0", "99999999999999999"):
                server.do("HSET", "shm:{Settings}", field, time)
                stage.agree("Settings", stage.put(two, "Settings"), [one, two])
            server.do("HSET", "shm:{Settings}", field, stored)
    stage.agree("Settings", stage.put(two, "Settings"), [one])
    stage.agree("Settings", stage.put(one, "Settings"), [two])
