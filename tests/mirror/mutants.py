"""Mirrors with a deliberate fault, each of which a case must find; mutants.sh starts it.

    mutants.py BIN WORK "PREFIX PREFIX…" WINE…
"""
import signal
import sys

import cases_failures
import cases_run
import stage

# the mutant's program, the case, and what it must say
MUTANTS = (("mirror_mutant_echo", cases_run.both_ways_without_an_echo, "an echo"),
           ("mirror_mutant_halves", cases_run.a_change_here_is_visible_there, "torn"),
           ("mirror_mutant_again", cases_failures.a_change_outlives_the_server_and_its_mirror, "lost: a change"))


def said_of(scene, case):
    """What the case, and the values that were seen meanwhile, say of it."""
    said = []
    scene.begin()
    for part in (case, lambda _: scene.nothing_torn()):
        try:
            part(scene)
        except Exception as wrong:  # that is what it is for
            said.append(repr(wrong))
    scene.end()
    return said


def main():
    bin_folder, work, prefixes = sys.argv[1:4]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    scene = stage.Stage(bin_folder, work, prefixes.split(), sys.argv[4:])
    result = 0
    try:
        for program, case, reason in MUTANTS:
            for machine in scene.machines:
                machine.mirror_program = program
            said = said_of(scene, case)
            if scene.has_lost_wine():
                return 3
            found = any(reason in one for one in said)
            print(f"{program}: {'found' if found else 'NOT FOUND'} by {case.__name__}: {said}", flush=True)
            result = result or not found
    finally:
        scene.close()
    return int(result)


if __name__ == "__main__":
    sys.exit(main())
