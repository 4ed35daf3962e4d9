"""
Opens, reads, writes under the lock, waits for a change and lists: python example.py, with this
configuration:

    segments:
      PythonExample: { size: 64, notify: true, access: { write: [Users] } }
"""
import threading

import shmbroker

with shmbroker.open("PythonExample", write=True, wait=5) as memory:
    print(f"{memory.name}: {memory.size} bytes")

    with memory.lock(timeout=5) as held, memory.writing():
        if held.abandoned:
            held.mark_consistent()
        memory.memory[:5] = b"hello"
    print(f"read: {memory.snapshot(0, 5).decode()}")

    # Another thread, program or session writes, this one waits.
    seen = memory.change_number
    writer = threading.Thread(target=lambda: memory.update(0, b"from Python", timeout=5))
    writer.start()
    memory.wait_changed(seen, timeout=30)
    writer.join()
    print(f"changed: {memory.snapshot(0, 11).decode()}")

    try:
        memory.read(65)
    except shmbroker.ShmBrokerError as error:
        print(f"{error.result.name}: {error}")

for one in shmbroker.objects():
    if one.kind == shmbroker.Kind.SEGMENT and not one.flags & shmbroker.Flags.COMPANION:
        print(f"{one.kind.name.lower()} {one.name}: {one.size} bytes")
