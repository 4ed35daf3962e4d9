"""A client of a Redis server, as small as the tests need: one connection, requests and answers."""
import socket


class Refused(Exception):
    """The server answered with an error."""


class Connection:
    """Requests are lists of words; answers are bytes, numbers, None or lists of them."""

    def __init__(self, port, host="127.0.0.1", timeout=30.0):
        self.socket = socket.create_connection((host, port), timeout)
        self.stream = self.socket.makefile("rb")

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, *words):
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) +
                            b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))

    def answer(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server ended the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            raise Refused(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if int(rest) < 0 else self.exactly(int(rest))
        if kind == b"*":
            return None if int(rest) < 0 else [self.answer() for _ in range(int(rest))]
        raise ConnectionError(f"no answer of a Redis server: {line!r}")

    def exactly(self, size):
        data = self.stream.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("the server ended the connection")
        return data[:-2]

    def __call__(self, *words):
        self.send(*words)
        return self.answer()
