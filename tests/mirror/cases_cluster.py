"""Three masters that share the keys, and a replica of one of them."""
import servers
from stage import BOTH, FOLLOW, PUBLISH, key_of
from waiting import until


def _cluster(stage):
    cluster = stage.keep(servers.Cluster(stage.folder, key_of("Prices")))
    where = "cluster: [" + ", ".join(f"'127.0.0.1:{one.port}'" for one in cluster.nodes) + "]"
    return cluster, where


def each_value_finds_its_node(stage):
    """Values whose keys are on different nodes go to these, and come from these."""
    _, where = _cluster(stage)
    one, two, three = stage.machines
    names = list(stage.segments)
    stage.mirror(one, where, {name: BOTH for name in names})
    stage.mirror(two, where, {name: BOTH for name in names})
    stage.mirror(three, where, {name: FOLLOW for name in names})
    stage.met()
    for name in names:
        stage.agree(name, stage.put(one, name), [two, three])
        stage.agree(name, stage.put(two, name), [one, three])


def a_master_with_a_replica_killed(stage):
    """The node that has the value is killed: its replica takes over, and all agree on the last value."""
    cluster, where = _cluster(stage)
    one, two, three = stage.machines
    stage.mirror(one, where, {"Prices": PUBLISH, "Settings": BOTH})
    for machine in (two, three):
        stage.mirror(machine, where, {"Prices": FOLLOW, "Settings": BOTH})
    stage.met()
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    cluster.owner.kill()
    value = stage.put(one, "Prices")
    until(cluster.promoted, "the replica is a master")
    stage.agree("Prices", value, [two, three])
    stage.agree("Settings", stage.put(two, "Settings"), stage.machines)
    cluster.owner.start()
    until(cluster.whole, "the killed node is back")
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])


def a_master_without_a_replica_killed(stage):
    """A node without a replica is killed: its values wait, and come when it is back, with nothing."""
    cluster, where = _cluster(stage)
    one, two, three = stage.machines
    cluster.spare.kill()
    stage.mirror(one, where, {"Prices": PUBLISH})
    for machine in (two, three):
        stage.mirror(machine, where, {"Prices": FOLLOW})
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    cluster.owner.kill()
    value = stage.put(one, "Prices")
    assert one.peer("Prices").value() == value
    cluster.owner.start()
    until(lambda: cluster.owner.do("CLUSTER", "INFO").startswith(b"cluster_state:ok"),
          "the cluster serves all slots again")
    stage.agree("Prices", value, [two, three])
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])


def a_slot_that_moves(stage):
    """The slot of a value moves to another node: the mirrors follow it (MOVED, ASK)."""
    cluster, where = _cluster(stage)
    one, two, three = stage.machines
    stage.mirror(one, where, {"Prices": PUBLISH})
    for machine in (two, three):
        stage.mirror(machine, where, {"Prices": FOLLOW})
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    key = key_of("Prices")
    source = cluster.owner
    target = next(node for node in cluster.nodes if node is not source)
    slot = source.do("CLUSTER", "KEYSLOT", key)
    ids = {node: node.do("CLUSTER", "MYID") for node in (source, target)}
    target.do("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source])
    source.do("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target])
    source.do("MIGRATE", servers.HOST, target.port, key, 0, 25000)
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])  # by ASK
    for node in (target, source):
        node.do("CLUSTER", "SETSLOT", slot, "NODE", ids[target])
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
