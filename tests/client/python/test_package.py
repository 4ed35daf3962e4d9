"""
The Python package with a broker in another session, that holds objects.yaml. tests/checks/python.sh
runs it.
"""
import _thread
import ast
import asyncio
import contextlib
import gc
import io
import pathlib
import pickle
import re
import signal
import threading
import time
import unittest
import warnings

import numpy

import shmbroker
from shmbroker import Flags, Kind, LockFlags, Reason, Result
from shmbroker.shared_memory import SharedMemory

SOON = 30


def in_another_thread(function):
    """What it returns; raises what it raises."""
    said = {}

    def run():
        try:
            said["value"] = function()
        except BaseException as failure:
            said["failure"] = failure
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    if "failure" in said:
        raise said["failure"]
    return said["value"]


class Case(unittest.TestCase):
    def fails(self, result, function, *arguments, **more):
        with self.assertRaises(shmbroker.ShmBrokerError) as caught:
            function(*arguments, **more)
        self.assertEqual(caught.exception.result, result)
        return caught.exception


class Opening(Case):
    def test_a_segment_tells_what_it_is(self):
        with shmbroker.open("Global\\Py.Double", wait=SOON) as segment:
            self.assertEqual((segment.name, segment.size, len(segment)), ("Py.Double", 1000, 1000))
            self.assertEqual(segment.state, Result.OK)
            self.assertFalse(segment.created or segment.writable or segment.closed)
            info = segment.info
            self.assertEqual((info.name, info.lock, info.size), ("Py.Double", "Py.Double.lock", 1000))
            self.assertEqual(info.flags & ~Flags.READERS_MAY_WAIT, Flags.DOUBLE | Flags.HAS_LOCK)
            self.assertEqual(repr(segment), "<Segment 'Py.Double', 1000 bytes>")
        self.assertEqual(repr(segment), "<Segment, closed>")
        self.assertTrue(shmbroker.library_version().startswith("1."))

    def test_a_failure_has_a_result_a_sentence_and_a_class(self):
        failure = self.fails(Result.NOT_FOUND, shmbroker.open, "Py.Nothing")
        self.assertIn("broker", str(failure))
        self.assertIsInstance(failure, FileNotFoundError)
        again = pickle.loads(pickle.dumps(failure))
        self.assertEqual((str(again), again.result), (str(failure), Result.NOT_FOUND))
        self.fails(Result.WRONG_KIND, shmbroker.open, "Py.Queue")
        self.fails(Result.WRONG_KIND, shmbroker.open_queue, "Py.Bare")
        self.fails(Result.BAD_NAME, shmbroker.open, "a\\b")
        self.fails(Result.BAD_ARGUMENT, shmbroker.open, "Py.Bare", owner="no SID")
        self.fails(Result.RANGE, shmbroker.open, "Py.Bare", offset=65)
        denied = self.fails(Result.ACCESS_DENIED, shmbroker.open, "Py.ReadOnly", write=True)
        self.assertIsInstance(denied, PermissionError)
        self.assertEqual((denied.win32_code, denied.system_call), (5, "OpenFileMappingW"))

    def test_what_is_no_name_or_number_is_refused(self):
        for wrong in ("Py.Bare\0", ""):
            with self.assertRaises((ValueError, shmbroker.ShmBrokerError)):
                shmbroker.open(wrong)
        with self.assertRaises(ValueError):
            shmbroker.open("Py.Bare\0.lock")
        with shmbroker.open("Py.Bare", write=True) as segment:
            for call in (lambda: segment.read(-1), lambda: segment.read(1 << 64),
                         lambda: segment.write(-1, b"x"), lambda: segment.read(0, -1),
                         lambda: segment.snapshot(timeout=-1), lambda: segment.snapshot(timeout=float("nan")),
                         lambda: shmbroker.open("Py.Bare", offset=-1)):
                with self.assertRaises(ValueError):
                    call()
            with self.assertRaises(TypeError):
                segment.write(0, "a text")
            self.assertEqual(segment.read(64), b"")
            self.fails(Result.RANGE, segment.read, 65)
            self.fails(Result.RANGE, segment.read, (1 << 64) - 1, 5)
            self.assertEqual(len(segment.read(0, 1 << 63)), 64)

    def test_a_part_counts_from_its_start(self):
        with shmbroker.open("Py.Mutex", write=True) as whole, \
                shmbroker.open("Py.Mutex", write=True, offset=100, length=10, owner="S-1-5-18") as part:
            self.assertEqual(part.size, 10)
            self.assertEqual(part.update(0, b"part of it, cut", SOON), 10)
            self.assertEqual(whole.read(100, 10), b"part of it")
            self.assertEqual(part.read(6, 10), b"f it")
            self.fails(Result.RANGE, part.read, 11, 1)

    def test_a_wait_for_a_name_ends(self):
        start = time.monotonic()
        self.fails(Result.NOT_FOUND, shmbroker.open, "Py.Nothing", wait=0.6)
        self.assertGreaterEqual(time.monotonic() - start, 0.6)

    def test_a_closed_segment_serves_no_call(self):
        segment = shmbroker.open("Py.Mutex", write=True)
        memory = segment.memory
        segment.close()
        segment.close()
        for call in (segment.read, segment.lock, lambda: segment.memory, lambda: segment.state,
                     segment.wait_changed, lambda: segment.name, segment.lock_async):
            with self.assertRaises(ValueError):
                call()
        self.assertEqual(len(memory), 4096)
        memory[4095]  # is mapped still

    def test_what_is_not_closed_is_told(self):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            shmbroker.open("Py.Bare")
            gc.collect()
        self.assertEqual([one.category for one in told], [ResourceWarning])


class Bytes(Case):
    def test_a_program_in_c_sees_the_same(self):
        """tests/checks/python.sh writes the one with a program in C before, and reads the other after."""
        with shmbroker.open("Py.FromC") as source:
            self.assertTrue(source.snapshot().decode("utf-16-le").startswith("written in C\0"))
        with shmbroker.open("Py.ToC", write=True) as target:
            self.assertEqual(target.update(0, "written in Python\0".encode("utf-16-le"), SOON), 36)

    def test_who_opened_to_read_writes_nothing(self):
        with shmbroker.open("Py.Mutex") as segment:
            self.fails(Result.ACCESS_DENIED, segment.update, 0, b"x", SOON)
            self.assertTrue(segment.memory.readonly)
            with self.assertRaises(TypeError):
                segment.memory[0] = 1
            self.assertFalse(numpy.frombuffer(segment.memory, dtype="u1").flags.writeable)

    def test_a_write_needs_the_lock_and_update_takes_it(self):
        with shmbroker.open("Py.Mutex", write=True) as segment:
            self.fails(Result.NOT_OWNER, segment.write, 0, b"x")
            self.fails(Result.NOT_OWNER, segment.writing)
            with segment.lock(SOON):
                self.assertEqual(segment.write(0, b"x"), 1)
            self.assertEqual(segment.update(1, bytearray(b"yz"), SOON), 2)
            self.assertEqual(segment.snapshot(0, 3), b"xyz")
            self.assertEqual(segment.update(4094, memoryview(b"12345678"), SOON), 2)
            self.assertEqual(segment.update(4096, b"1", SOON), 0)
        with shmbroker.open("Py.Bare", write=True) as bare:
            self.fails(Result.BAD_ARGUMENT, bare.lock)
            self.assertEqual(bare.write(0, b"abc"), 3)
            self.assertEqual(bare.write(3, b""), 0)

    def test_all_buffers_are_read_and_written(self):
        with shmbroker.open("Py.Bare", write=True) as segment:
            values = numpy.arange(4, dtype=numpy.float64)
            self.assertEqual(segment.write(0, values), 32)
            target = numpy.zeros(4)
            self.assertEqual(segment.read_into(0, target), 32)
            self.assertTrue((target == values).all())
            self.assertEqual(segment.snapshot_into(8, target[:2]), 16)
            self.assertEqual(list(target), [1, 2, 2, 3])
            with self.assertRaises(TypeError):
                segment.write(0, values[::2])  # has gaps
            for unusable in (b"read-only", values[::2]):
                with self.assertRaises((TypeError, BufferError)):
                    segment.read_into(0, unusable)
            self.assertEqual(segment.read_into(0, bytearray()), 0)
            segment.write(0, memoryview(b"frozen"))
            self.assertEqual(segment.read(0, 6), b"frozen")

    def test_numpy_sees_the_memory_itself_and_keeps_it(self):
        segment = shmbroker.open("Py.Bare", write=True)
        values = numpy.frombuffer(segment.memory, dtype=numpy.uint32)
        values[3] = 0x01020304
        self.assertEqual(segment.read(12, 4), b"\x04\x03\x02\x01")
        segment.close()
        del segment
        gc.collect()
        values[3] += 1  # would be an access violation
        with shmbroker.open("Py.Bare") as again:
            self.assertEqual(again.read(12, 1), b"\x05")

    def test_a_write_in_place_is_one_write(self):
        with shmbroker.open("Py.Mutex", write=True) as segment:
            number = segment.change_number
            with segment.lock(SOON), segment.writing():
                segment.memory[256:260] = b"half"
                in_another_thread(lambda: self.fails(Result.BUSY, segment.snapshot, 256, 4, 0))
                in_another_thread(lambda: self.fails(Result.BUSY, segment.begin_read, 0))
                segment.memory[260:264] = b"done"
            self.assertEqual(segment.change_number, number + 1)
            self.assertEqual(segment.snapshot(256, 8), b"halfdone")

    def test_a_ticket_ends_with_the_next_write(self):
        with shmbroker.open("Py.Mutex", write=True) as segment:
            segment.update(0, b"now", SOON)
            ticket = segment.begin_read(SOON)
            self.assertEqual(bytes(ticket.memory[:3]), b"now")
            self.assertTrue(ticket.memory.readonly and ticket.valid())
            segment.update(0, b"x", SOON)
            self.assertFalse(ticket.valid())

    def test_two_copies_never_wait_and_a_restore_undoes(self):
        with shmbroker.open("Py.Double", write=True) as segment:
            segment.update(0, b"first", SOON)
            with segment.lock(SOON) as held:
                with segment.writing():
                    segment.write(0, b"wrong")
                    self.assertEqual(segment.snapshot(0, 5, 0), b"first")
                    published = segment.read_published(0)
                    self.assertEqual(bytes(published.memory[:5]), b"first")
                    self.assertTrue(published.memory.readonly and published.valid())
                    held.restore()
                self.assertEqual(segment.read(0, 5), b"first")

    def test_a_value_is_never_half_of_another(self):
        for name in ("Py.Mutex", "Py.Fast"):
            with shmbroker.open(name, write=True) as segment:
                ended, started = False, threading.Event()
                segment.update(512, (0).to_bytes(8, "little") * 256, SOON)

                def write():
                    for number in range(1, 1 << 30):
                        if ended:
                            return
                        segment.update(512, number.to_bytes(8, "little") * 256, SOON)
                        started.set()
                writer = threading.Thread(target=write)
                writer.start()
                self.assertTrue(started.wait(SOON))
                seen, end = set(), time.monotonic() + SOON
                while len(seen) < 50 and time.monotonic() < end:
                    seen.add(segment.snapshot(512, 2048, SOON))
                ended = True
                writer.join()
                self.assertEqual(len(seen), 50)
                for one in seen:
                    self.assertEqual(one, one[:8] * 256)


class Locks(Case):
    def test_a_lock_is_released_by_its_own_thread_only(self):
        for name in ("Py.Mutex", "Py.Fast"):
            with shmbroker.open(name, write=True) as segment:
                held, write = segment.lock(SOON), segment.writing()

                def other():
                    for call in (held.release, held.mark_consistent, held.restore, write.release):
                        with self.assertRaises(RuntimeError):
                            call()
                    self.assertIsNone(segment.try_lock(0))
                    failure = self.fails(Result.TIMEOUT, segment.lock, 0)
                    self.assertIsInstance(failure, TimeoutError)
                in_another_thread(other)
                info = segment.lock_info()
                self.assertIn(LockFlags.HELD, info.flags)
                self.assertNotEqual(info.process, 0)
                self.assertLess(abs(info.since.timestamp() - time.time()), 3600)
                write.release()
                held.release()
                with self.assertRaises(RuntimeError):
                    held.release()

                def next_one():
                    with segment.lock(SOON) as first, segment.try_lock() as second:
                        self.assertFalse(first.abandoned or second.abandoned)
                in_another_thread(next_one)
                self.assertNotIn(LockFlags.HELD, segment.lock_info().flags)

    def test_the_death_of_an_owner_is_told_until_one_repairs(self):
        for name in ("Py.Mutex", "Py.Fast"):
            with shmbroker.open(name, write=True) as segment:
                lost = []
                in_another_thread(lambda: lost.append(segment.lock(SOON)))
                with warnings.catch_warnings(record=True) as told:
                    warnings.simplefilter("always")
                    lost.clear()  # in a thread that cannot release it
                    gc.collect()
                self.assertEqual([one.category for one in told], [ResourceWarning])
                with segment.lock(SOON) as held:
                    self.assertTrue(held.abandoned)
                with segment.lock(SOON) as held:
                    self.assertTrue(held.abandoned)
                    held.mark_consistent()
                with segment.lock(SOON) as held:
                    self.assertFalse(held.abandoned)

    def test_a_lost_lock_is_released_in_its_thread(self):
        with shmbroker.open("Py.Mutex", write=True) as segment:
            with self.assertWarns(ResourceWarning):
                segment.lock(SOON)
                gc.collect()
            in_another_thread(lambda: segment.lock(0).release())

    def test_a_failure_in_the_block_releases(self):
        with shmbroker.open("Py.Mutex", write=True) as segment:
            with self.assertRaises(ZeroDivisionError):
                with segment.lock(SOON), segment.writing():
                    1 / 0
            in_another_thread(lambda: segment.lock(0).release())
            self.assertEqual(len(segment.snapshot(0, 1)), 1)

    def test_a_segment_that_is_closed_under_its_lock_is_released(self):
        segment = shmbroker.open("Py.Mutex", write=True)
        with segment.lock(SOON):
            segment.close()
            with shmbroker.open("Py.Mutex", write=True) as other:
                in_another_thread(lambda: self.assertIsNone(other.try_lock(0)))
        with shmbroker.open("Py.Mutex", write=True) as other:
            in_another_thread(lambda: other.lock(0).release())

    def test_a_wait_ends_when_another_thread_closes(self):
        segment = shmbroker.open("Py.Mutex", write=True)
        number = segment.change_number
        failures = []

        def wait():
            try:
                segment.wait_changed(number)
            except ValueError as failure:
                failures.append(failure)
        thread = threading.Thread(target=wait)
        thread.start()
        segment.close()
        thread.join(30)
        self.assertEqual(len(failures), 1)

    def test_an_interrupt_ends_a_wait(self):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # it is that of Wine
        with shmbroker.open("Py.Mutex") as segment, shmbroker.open_queue("Py.Queue") as queue:
            queue.clear()
            for wait in (lambda: segment.wait_changed(segment.change_number),
                         lambda: shmbroker.open("Py.Nothing", wait=None),
                         lambda: queue.get()):
                interrupt = threading.Timer(0.2, _thread.interrupt_main)
                interrupt.start()
                with self.assertRaises(KeyboardInterrupt):
                    wait()
                interrupt.join()

    def test_the_first_fills(self):
        with shmbroker.open("Py.First", write=True) as segment:
            def broken(_):
                raise ZeroDivisionError
            with self.assertRaises(ZeroDivisionError):
                segment.fill_once(broken, SOON)
            filled = []
            self.assertTrue(segment.fill_once(lambda it: filled.append(it.write(0, b"first")), SOON))
            self.assertFalse(segment.fill_once(broken, SOON))
            self.assertEqual((filled, segment.read(0, 5)), ([5], b"first"))
            in_another_thread(lambda: segment.lock(0).release())

    def test_two_tasks_of_a_thread_do_not_share_a_lock(self):
        async def main(segment):
            taken, end = asyncio.Event(), asyncio.Event()

            async def holder():
                with segment.lock(SOON):
                    taken.set()
                    await end.wait()

            async def other():
                await taken.wait()
                for call in (segment.lock, segment.try_lock, lambda: segment.update(0, b"x")):
                    with self.assertRaises(RuntimeError):
                        call()
                end.set()
            await asyncio.gather(holder(), other())
            with segment.lock(SOON), segment.lock(SOON):
                pass
        with shmbroker.open("Py.Mutex", write=True) as segment:
            asyncio.run(main(segment))

    def test_a_lock_of_asynchronous_code_has_its_thread(self):
        async def main(segment):
            async with segment.lock_async(SOON) as held:
                self.assertFalse(held.abandoned)
                self.assertEqual(await held.run(segment.write, 0, b"async"), 5)
                self.assertIsNone(segment.try_lock(0))
                with self.assertRaises(shmbroker.TimedOutError):
                    async with segment.lock_async(0.3):
                        pass
                waiter = asyncio.ensure_future(segment.lock_async().__aenter__())
                await asyncio.sleep(0.1)
                waiter.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await waiter
                end = time.monotonic() + SOON
                while threading.active_count() > 2 and time.monotonic() < end:
                    await asyncio.sleep(0.01)
                self.assertEqual(threading.active_count(), 2)  # that of the lock that is held
            with segment.lock(SOON):
                self.assertEqual(segment.read(0, 5), b"async")
            with self.assertRaises(RuntimeError):
                held.abandoned
        with shmbroker.open("Py.Mutex", write=True) as segment:
            asyncio.run(main(segment))


class Changes(Case):
    def test_a_change_ends_a_wait(self):
        with shmbroker.open("Py.Mutex", write=True) as segment, shmbroker.open("Py.Mutex") as reader:
            seen = segment.change_number
            self.fails(Result.TIMEOUT, reader.wait_changed, seen, 0)
            self.fails(Result.TIMEOUT, reader.wait_changed, seen, 0.4)
            segment.update(0, b"1", SOON)
            self.assertEqual(reader.wait_changed(seen, SOON), seen + 1)
            self.fails(Result.TIMEOUT, reader.wait_changed, timeout=0)
            changes = reader.changes(SOON)
            writer = threading.Timer(0.2, segment.update, (0, b"2", SOON))
            writer.start()
            self.assertEqual(next(changes), seen + 2)
            writer.join()
            with shmbroker.open("Py.Bare") as silent:
                self.fails(Result.BAD_ARGUMENT, silent.wait_changed)

    def test_a_subscription_has_one_event(self):
        with shmbroker.open("Py.Fast", write=True) as segment:
            subscription = segment.subscribe(segment.change_number)
            self.assertFalse(subscription.wait(0))
            segment.update(0, b"1", SOON)
            self.assertTrue(subscription.wait(SOON))
            handle = subscription.handle
            segment.update(0, b"2", SOON)
            self.assertTrue(subscription.wait(SOON))
            self.assertEqual(subscription.handle, handle)
            subscription.close()
            with self.assertRaises(ValueError):
                subscription.wait(0)

    def test_asynchronous_waits_use_no_thread_of_python(self):
        async def main(segment):
            seen = segment.change_number
            waiter = asyncio.ensure_future(segment.wait_changed_async(seen))
            ticks = 0
            while ticks < 5:
                await asyncio.sleep(0.02)
                ticks += 1
            self.assertFalse(waiter.done())
            self.assertEqual(threading.active_count(), 1)
            segment.update(0, b"1", SOON)
            self.assertEqual(await asyncio.wait_for(waiter, SOON), seen + 1)
            with self.assertRaises(shmbroker.TimedOutError):
                await segment.wait_changed_async(timeout=0.2)
            cancelled = asyncio.ensure_future(segment.wait_changed_async())
            await asyncio.sleep(0.05)
            cancelled.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await cancelled
            numbers = []

            async def collect():
                async for number in segment.changes_async():
                    numbers.append(number)
                    if len(numbers) == 3:
                        return
                    segment.update(0, b"2", SOON)
            collecting = asyncio.ensure_future(collect())
            await asyncio.sleep(0.05)
            segment.update(0, b"2", SOON)
            await asyncio.wait_for(collecting, SOON)
            self.assertEqual(numbers, sorted(set(numbers)))
        with shmbroker.open("Py.Mutex", write=True) as segment:
            asyncio.run(main(segment))

    def test_many_asynchronous_waits_end_together(self):
        async def main(segment):
            seen = segment.change_number
            waiters = [asyncio.ensure_future(segment.wait_changed_async(seen)) for _ in range(100)]
            await asyncio.sleep(0.1)
            segment.update(0, b"1", SOON)
            self.assertEqual(set(await asyncio.wait_for(asyncio.gather(*waiters), SOON)), {seen + 1})
        with shmbroker.open("Py.Mutex", write=True) as segment:
            asyncio.run(main(segment))


class Queues(Case):
    def test_messages_come_in_order(self):
        with shmbroker.open_queue("Py.Queue") as queue:
            queue.clear()
            queue.put(b"one")
            self.assertTrue(queue.try_put(numpy.zeros(16)))
            self.assertFalse(queue.try_put(b"three"))
            failure = self.fails(Result.TIMEOUT, queue.put, b"three", 0.3)
            self.assertIn("full", str(failure))
            self.assertEqual(queue.info().messages, 2)
            self.assertEqual((queue.peek(), queue.get(), queue.get(SOON)), (b"one", b"one", bytes(128)))
            self.assertIsNone(queue.peek())
            self.assertIsNone(queue.try_get())
            self.fails(Result.TIMEOUT, queue.get, 0.3)
            self.fails(Result.RANGE, queue.put, bytes(129))
            queue.put(b"")
            self.assertEqual(queue.clear(), 1)
        with self.assertRaises(ValueError):
            queue.get()

    def test_a_queue_that_refuses_counts_each_put_once(self):
        with shmbroker.open_queue("Py.Refuse") as queue:
            queue.put(b"1", SOON)
            refused = queue.info().refused
            self.assertFalse(queue.try_put(b"2", 0.6))
            self.assertEqual(queue.info().refused, refused + 1)
            queue.clear()

    def test_a_reader_peeks_only(self):
        with shmbroker.open_queue("Py.Queue") as queue, shmbroker.open_queue("Py.Queue", write=False) as reader:
            queue.clear()
            queue.put(b"for all")
            self.assertEqual(reader.peek(), b"for all")
            self.fails(Result.ACCESS_DENIED, reader.get)
            queue.clear()

    def test_messages_are_awaited(self):
        async def main(queue):
            with self.assertRaises(shmbroker.TimedOutError):
                await queue.get_async(0.2)
            getting = asyncio.ensure_future(queue.get_async())
            await asyncio.sleep(0.05)
            in_another_thread(lambda: queue.put(b"1"))
            self.assertEqual(await asyncio.wait_for(getting, SOON), b"1")
            queue.put(b"2")
            queue.put(b"3")
            got = []
            async for message in queue:
                got.append(message)
                if len(got) == 2:
                    break
            self.assertEqual(got, [b"2", b"3"])
        with shmbroker.open_queue("Py.Queue") as queue:
            queue.clear()
            asyncio.run(main(queue))


class Objects(Case):
    def test_the_broker_lists_and_describes(self):
        names = {one.name: one for one in shmbroker.objects()}
        self.assertEqual(names["Py.Mutex"].kind, Kind.SEGMENT)
        self.assertEqual(names["Py.Mutex.lock"].kind, Kind.MUTEX)
        self.assertIn(Flags.COMPANION, names["Py.Mutex.lock"].flags)
        self.assertEqual((names["Py.Queue"].slots, names["Py.Queue"].slot_size), (2, 128))
        self.assertEqual((names["Py.Licences"].initial, names["Py.Licences"].maximum), (1, 3))
        self.assertEqual(shmbroker.describe("Py.Stop"), names["Py.Stop"])
        self.assertEqual(names["Py.Stop"].state, shmbroker.State.HELD)
        self.fails(Result.NOT_FOUND, shmbroker.describe, "Py.Nothing")
        broker = shmbroker.describe_broker()
        self.assertEqual(broker.version, shmbroker.library_version())
        self.assertLess(abs(broker.started.timestamp() - time.time()), 3600)

    def test_a_mutex_belongs_to_a_thread(self):
        with shmbroker.open_mutex("Py.Run", wait=SOON) as mutex:
            self.assertTrue(mutex.acquire())
            self.assertFalse(in_another_thread(lambda: mutex.acquire(0)))
            with self.assertRaises(OSError):
                in_another_thread(mutex.release)
            mutex.release()
            self.assertTrue(in_another_thread(lambda: mutex.acquire(0)))  # and ends with it
            self.assertTrue(mutex.acquire(SOON))
            self.assertTrue(mutex.abandoned)
            mutex.release()
            self.assertTrue(mutex.handle)
        with self.assertRaises(ValueError):
            mutex.acquire()

    def test_events_are_set_and_awaited(self):
        with shmbroker.open_event("Py.Stop") as stop, shmbroker.open_event("Py.Stop", write=False) as waiting:
            self.assertFalse(waiting.wait(0))
            stop.set()
            self.assertTrue(waiting.wait(SOON) and waiting.wait(SOON))
            stop.clear()
            self.assertFalse(waiting.wait(0.3))
            with self.assertRaises(OSError):
                waiting.set()
        with shmbroker.open_event("Py.Next") as event:
            async def main():
                self.assertFalse(await event.wait_async(0.1))
                threading.Timer(0.1, event.set).start()
                self.assertTrue(await event.wait_async(SOON))
                self.assertFalse(await event.wait_async(0))
            asyncio.run(main())
        self.fails(Result.BAD_ARGUMENT, shmbroker.open_event, "Py.Next", write=False)
        self.fails(Result.WRONG_KIND, shmbroker.open_mutex, "Py.Stop")

    def test_a_semaphore_counts(self):
        with shmbroker.open_semaphore("Py.Licences") as licences:
            self.assertTrue(licences.acquire(0))
            self.assertFalse(licences.acquire(0))
            licences.release(2)
            self.assertTrue(licences.acquire(0))
            with self.assertRaises(OSError):
                licences.release(3)
            for count in (0, -1, 1 << 32):
                with self.assertRaises(ValueError):
                    licences.release(count)

    def test_private_memory_needs_no_broker(self):
        with shmbroker.create_private(None, 16) as mine, shmbroker.create_private(mine.name, 8) as other:
            self.assertTrue(mine.created and not other.created)
            self.assertEqual((mine.size, other.size), (16, 8))
            self.assertIn(Flags.PRIVATE, mine.info.flags)
            mine.update(0, b"private!", SOON)
            self.assertEqual(other.read(), b"private!")


class Requests(Case):
    def test_a_refused_request_says_why(self):
        failure = self.fails(Result.NOT_ALLOWED, shmbroker.request, "Stranger.Asked", 64)
        self.assertIsInstance(failure, shmbroker.NotAllowedError)
        self.assertIsInstance(failure, PermissionError)
        told = failure.answer
        self.assertEqual((told.reason, told.result), (Reason.NO_RULE, Result.NOT_ALLOWED))
        self.assertFalse(told.allowed or told.made)
        self.assertIn(told.text, str(failure))
        self.assertIn("rule", told.text)
        self.assertEqual((told.rule, told.retry), (None, None))
        self.assertEqual(pickle.loads(pickle.dumps(failure)).answer, told)
        asked = shmbroker.request_ask("Global\\Stranger.Asked", kind=Kind.SEMAPHORE, initial=1, maximum=2,
                                      owner="S-1-5-18", timeout=SOON)
        self.assertEqual(asked, told)
        self.fails(Result.BAD_ARGUMENT, shmbroker.request_ask, "Stranger.Asked")
        self.assertIsNone(self.fails(Result.BAD_NAME, shmbroker.request, "a\\b", 1).answer)
        self.assertIsNone(self.fails(Result.NOT_FOUND, shmbroker.open, "Stranger.Asked").answer)
        info = shmbroker.describe("Py.Run")
        self.assertEqual((info.rule, info.account), (None, None))

    def test_what_is_no_name_or_number_is_refused(self):
        for call in (lambda: shmbroker.request("Py.Asked\0", 1), lambda: shmbroker.request("Py.Asked.One", -1),
                     lambda: shmbroker.request_ask("Py.Asked.One", kind=Kind.SEMAPHORE, maximum=1 << 31),
                     lambda: shmbroker.request_ask("Py.Asked.One", 1, timeout=-1),
                     lambda: shmbroker.release("Py.Asked.One\0"),
                     lambda: shmbroker.release("Py.Asked.One", timeout=float("nan"))):
            with self.assertRaises(ValueError):
                call()

    def test_what_a_rule_allows_is_held_until_it_is_released(self):
        name, others = "Py.Asked.Segment", [f"Py.Asked.{kind}" for kind in ("Mutex", "Event", "Semaphore")]
        self.assertTrue(shmbroker.request_ask(name, 100).made)
        self.fails(Result.NOT_FOUND, shmbroker.open, name)
        made, again = shmbroker.request(name, 100), shmbroker.request(name, 1)
        self.assertTrue(made.made and made.allowed and not again.made)
        self.assertEqual((made.rule, made.size, made.reason), ("PyRule", 100, Reason.NONE))
        self.assertEqual(made.text, "")
        segment = shmbroker.open(name, write=True)
        self.addCleanup(segment.close)
        self.assertEqual(segment.size, 100)
        self.assertEqual(segment.update(0, b"py", SOON), 2)
        info = shmbroker.describe(name)
        self.assertIn(Flags.REQUESTED, info.flags)
        self.assertEqual(info.rule, "PyRule")
        self.assertTrue(info.account.startswith("S-1-"))
        self.assertIn((name, info.account), [(one.name, one.account) for one in shmbroker.objects()])

        larger = shmbroker.request_ask(name, 101)
        self.assertEqual((larger.result, larger.reason, larger.size), (Result.RANGE, Reason.OTHER, 100))
        other = shmbroker.request_ask(name, kind=Kind.MUTEX)
        self.assertEqual((other.result, other.reason), (Result.WRONG_KIND, Reason.OTHER))
        large = shmbroker.request_ask("Py.Asked.Large", 4097)
        self.assertEqual((large.reason, large.most, large.rule), (Reason.SIZE, 4096, "PyRule"))
        self.assertIn("rule PyRule allows at most 4096 bytes", large.text)

        shmbroker.request(others[0], kind=Kind.MUTEX)
        shmbroker.request(others[1], kind=Kind.EVENT, manual_reset=True, signalled=True)
        shmbroker.request(others[2], kind=Kind.SEMAPHORE, initial=1, maximum=2)
        quota = self.fails(Result.QUOTA, shmbroker.request, "Py.Asked.Fifth", 1)
        self.assertIsInstance(quota, shmbroker.QuotaError)
        self.assertEqual((quota.answer.reason, quota.answer.used, quota.answer.most), (Reason.EACH_OBJECTS, 4, 4))
        with shmbroker.open_mutex(others[0]) as mutex:
            self.assertTrue(mutex.acquire(0))
            mutex.release()
        with shmbroker.open_event(others[1], write=False) as event:
            self.assertTrue(event.wait(0) and event.wait(0))
        with shmbroker.open_semaphore(others[2]) as semaphore:
            self.assertTrue(semaphore.acquire(0))
            self.assertFalse(semaphore.acquire(0))
            semaphore.release(2)

        for one in (name, *others):
            shmbroker.release(one)
        self.assertNotEqual(segment.state, Result.OK)
        self.fails(Result.NOT_FOUND, shmbroker.open, name)
        self.fails(Result.NOT_FOUND, shmbroker.release, name, timeout=SOON)
        self.assertFalse(shmbroker.request("Py.Bare", 64).made)


class Readme(Case):
    """The pieces of the package's README, one after the other."""

    def test_its_pieces_run(self):
        path = pathlib.Path(__file__).parents[3] / "client/bindings/python/README.md"
        pieces = re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.S | re.M)
        self.assertGreaterEqual(len(pieces), 5)

        async def feed():
            return b"1.28"

        async def run(piece, names):
            code = eval(compile(piece, str(path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
            if code is not None:
                await code
        for piece in pieces:
            said = io.StringIO()
            with shmbroker.open("Prices", write=True) as prices, contextlib.redirect_stdout(said):
                names = {"prices": prices, "numpy": numpy, "shmbroker": shmbroker, "read_feed": feed}
                endless = "in prices.changes_async" in piece
                writer = threading.Timer(0.3, prices.update, (0, b"1.29", SOON))
                writer.start()
                try:
                    asyncio.run(asyncio.wait_for(run(piece, names), 1.5 if endless else SOON))
                except asyncio.TimeoutError:
                    self.assertIn(b"1.29", eval(said.getvalue().splitlines()[0]))
                writer.join()
                for opened in names.values():
                    if isinstance(opened, SharedMemory):
                        opened.close()


class Shared(Case):
    def test_it_is_that_of_multiprocessing(self):
        first = SharedMemory("Py.Bare", create=True, size=60)
        second = SharedMemory(name="Py.Bare")
        self.assertEqual((first.name, first.size), ("Py.Bare", 64))
        first.buf[:4] = bytearray([22, 33, 44, 55])
        self.assertEqual(bytes(second.buf[:4]), b"\x16\x21\x2c\x37")
        array = numpy.ndarray((8,), dtype=numpy.int64, buffer=second.buf)
        array[1] = -1
        self.assertEqual(bytes(first.buf[8:16]), b"\xff" * 8)
        again = pickle.loads(pickle.dumps(second))
        self.assertEqual(again.buf[0], 22)
        for one in (first, second, again):
            one.close()
            one.close()
        array[1] = 0
        with self.assertRaises(ValueError):
            first.buf
        self.assertEqual(repr(first), "SharedMemory('Py.Bare', size=64)")

    def test_what_the_broker_decides_is_refused(self):
        with self.assertRaisesRegex(ValueError, "64 bytes, and 65 are needed"):
            SharedMemory("Py.Bare", create=True, size=65)
        with self.assertRaises(ValueError):
            SharedMemory(create=True, size=1)
        with self.assertRaises(ValueError):
            SharedMemory("Py.Bare", create=True)
        with self.assertRaises(FileNotFoundError):
            SharedMemory("Py.Nothing")
        memory = SharedMemory("Py.ReadOnly")
        self.addCleanup(memory.close)
        self.assertTrue(memory.buf.readonly)
        with self.assertRaises(io.UnsupportedOperation):
            memory.unlink()


if __name__ == "__main__":
    warnings.simplefilter("error", ResourceWarning)
    unittest.main()
