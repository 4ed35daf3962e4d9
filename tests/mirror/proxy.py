"""A way to a server that the tests cut: it lets through, refuses, stalls, or ends a connection after so
many bytes, in the middle of whatever they belong to."""
import select
import socket
import threading


class Proxy:
    """Listens at `port` and leads to the server at `target`, which may change."""

    def __init__(self, target):
        self.target, self.lock = target, threading.Lock()
        self.refuses, self.stalls = False, set()
        self.budget = {"out": None, "in": None}  # bytes to the server, and from it
        self.cuts, self.bytes, self.pairs = 0, 0, []
        self.sent = None  # a bytearray: what goes to the server is kept there
        self.spoil = None  # bytes from the server until one of them is changed
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                refuses = self.refuses
            if refuses:
                self.abort(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                self.abort(client)
                continue
            pair = (client, server)
            with self.lock:
                refuses = self.refuses  # since it was asked last
                if not refuses:
                    self.pairs.append(pair)
            if refuses:
                self.abort(client)
                self.abort(server)
                continue
            for way in ("out", "in"):
                threading.Thread(target=self.carry, args=(pair, way), daemon=True).start()

    @staticmethod
    def abort(one):
        """Ends a connection with a reset: what is on its way is lost."""
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        except OSError:
            pass
        one.close()

    def end(self, pair):
        with self.lock:
            if pair not in self.pairs:
                return
            self.pairs.remove(pair)
        for one in pair:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.abort(one)

    def carry(self, pair, way):
        source, sink = pair if way == "out" else pair[::-1]
        try:
            while True:
                if way in self.stalls:
                    select.select([], [], [], 0.02)
                    if pair not in self.pairs:
                        break
                    continue
                if not select.select([source], [], [], 0.05)[0]:
                    continue
                with self.lock:  # what comes once `stall` has returned stays
                    if way in self.stalls:
                        continue
                    data = source.recv(65536)
                    if not data:
                        break
                    left = self.budget[way]
                    part = data if left is None else data[:left]
                    if left is not None:
                        self.budget[way] = left - len(part)
                    cut = left is not None and self.budget[way] <= 0
                    if cut:
                        self.budget[way] = None
                        self.cuts += 1
                    part = self.spoiled(part) if way == "in" else part
                    self.bytes += len(part)
                    if self.sent is not None and way == "out":
                        self.sent += part
                sink.sendall(part)
                if cut:
                    break
        except (OSError, ValueError):
            pass
        self.end(pair)

    def spoiled(self, part):
        if self.spoil is None:
            return part
        if self.spoil >= len(part):
            self.spoil -= len(part)
            return part
        part = part[:self.spoil] + bytes([part[self.spoil] ^ 1]) + part[self.spoil + 1:]
        self.spoil = None
        return part

    def spoil_after(self, count):
        """Changes one bit of the byte that comes from the server so many bytes from now."""
        with self.lock:
            self.spoil = count

    def cut_after(self, count, way):
        """The connection that carries this byte, counted from now, ends behind it. One only."""
        with self.lock:
            self.budget[way] = count

    def drop(self):
        """Ends all connections."""
        for pair in list(self.pairs):
            self.end(pair)

    def disconnect(self):
        """Ends all connections, and refuses new ones until `connect`."""
        with self.lock:
            self.refuses = True
        self.drop()

    def connect(self):
        with self.lock:
            self.refuses = False

    def stall(self, stalled, ways=("in", "out")):
        """Connections stay and carry nothing, in these directions."""
        with self.lock:
            self.stalls = set(ways) if stalled else set()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # else who waits in `accept` keeps it
        except OSError:
            pass
        self.listener.close()
        self.drop()
