"""A master, a replica and three Sentinels."""
import re

import servers
from stage import BOTH, FOLLOW, PUBLISH, says
from waiting import until


def _farm(stage, segments, others):
    farm = stage.keep(servers.Farm(stage.folder))
    where = "sentinel: [" + ", ".join(f"'127.0.0.1:{one.port}'" for one in farm.sentinels) + \
        "]\nmaster: shm"
    one, two, three = stage.machines
    stage.mirror(one, where, segments)
    stage.mirror(two, where, others)
    stage.mirror(three, where, others)
    stage.met()
    return farm


def a_master_killed(stage):
    """The master is killed while values change: the replica takes over, and all agree on the last value."""
    farm = _farm(stage, {"Prices": PUBLISH, "Rates": PUBLISH}, {"Prices": FOLLOW, "Rates": FOLLOW})
    one, two, three = stage.machines
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    first = stage.numbers + 1
    stage.numbers += 400
    rates = one.number, stage.numbers
    one.peer("Rates").tell("storm", one.number, first, 400, 10000)
    farm.master.kill()
    value = stage.put(one, "Prices")
    until(farm.failed_over, "the replica is the master")
    one.peer("Rates").answer()
    stage.agree("Prices", value, [two, three])
    stage.agree("Rates", rates, [two, three])
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])


def the_old_master_comes_back(stage):
    """The killed master comes back as a replica, and takes over when the other one is killed."""
    farm = _farm(stage, {"Settings": BOTH}, {"Settings": BOTH})
    one, two, _ = stage.machines
    stage.agree("Settings", stage.put(one, "Settings"), stage.machines)
    stage.replicated(farm.master, farm.replicas, "Settings")
    farm.master.kill()
    other = until(farm.failed_over, "the replica is the master")
    stage.agree("Settings", stage.put(two, "Settings"), stage.machines)
    farm.master.start()
    until(lambda: farm.master.info("replication").get("master_link_status") == "up",
          "the old master follows the new one")
    until(farm.all_known, "the Sentinels know it as a replica")
    stage.agree("Settings", stage.put(one, "Settings"), stage.machines)
    stage.replicated(other, [farm.master], "Settings")
    other.kill()
    until(lambda: farm.master.info("replication")["role"] == "master", "the old master is master again")
    stage.agree("Settings", stage.put(two, "Settings"), stage.machines)


def a_failover_that_loses_the_last_writes(stage):
    """The replica had not got the last values when it took over: the publisher puts them there again."""
    farm = _farm(stage, {"Large": PUBLISH}, {"Large": FOLLOW})
    one, two, three = stage.machines
    stage.agree("Large", stage.put(one, "Large"), [two, three])
    replica = farm.replicas[0]
    stage.replicated(farm.master, [replica], "Large")
    # it hangs until the master is gone: more values than the connection between them holds go past it,
    # so that the last one is still in the master's memory
    size = len(stage.stored(farm.master, "Large")["content"])

    def in_memory():
        clients = farm.master.do("CLIENT", "LIST", "TYPE", "replica").decode()
        return min(map(int, re.findall(r"\bomem=(\d+)", clients)), default=0)
    replica.stall(True)
    for _ in range(200):
        value = stage.put(one, "Large")
        stage.agree("Large", value, [two, three])
        if in_memory() > size:
            break
    revision = stage.revision(farm.master, "Large")
    farm.master.kill()
    for machine in stage.machines:
        says(machine, "not connected")
    replica.stall(False)
    until(lambda: replica.info("replication")["role"] == "master", "the replica is the master")
    until(lambda: stage.revision(replica, "Large") > revision, "the last value is there again",
          state=lambda: (revision, stage.revision(replica, "Large")))
    assert one.mirror.has_said("went back"), "nothing was lost: the case shows nothing"
    stage.agree("Large", value, stage.machines)
    stage.agree("Large", stage.put(one, "Large"), [two, three])


def sentinels_killed(stage):
    """Without a Sentinel everything goes on; a mirror that starts finds the master through those left."""
    farm = _farm(stage, {"Prices": PUBLISH}, {"Prices": FOLLOW})
    one, two, three = stage.machines
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    farm.sentinels[0].kill()
    two.mirror.kill()
    two.start_mirror()
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    farm.sentinels[1].kill()
    farm.sentinels[2].kill()
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])


def a_master_without_replicas_takes_no_writes(stage):
    """With min-replicas-to-write a master without replicas refuses writes: they wait until one is back."""
    farm = _farm(stage, {"Prices": PUBLISH}, {"Prices": FOLLOW})
    one, two, three = stage.machines
    stage.agree("Prices", stage.put(one, "Prices"), [two, three])
    for words in (("min-replicas-to-write", 1), ("min-replicas-max-lag", 1)):
        farm.master.do("CONFIG", "SET", *words)
    farm.replicas[0].kill()
    until(lambda: farm.master.info("replication")["min_slaves_good_slaves"] == "0",
          "the master misses its replica")
    since = len(one.mirror.all)
    value = stage.put(one, "Prices")
    assert one.peer("Prices").value() == value
    says(one, "NOREPLICAS", since)
    farm.replicas[0].start()
    stage.agree("Prices", value, [two, three])
