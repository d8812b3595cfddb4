#!/usr/bin/env python3
"""A client of switchboard whose session outlives its network: nothing lost, nothing twice.

    python3 examples/resuming_client.py ws://localhost:8080/ws ana bo [TOKEN_FILE]

Says each line of its input to `bo`, prints what bo says, and what became of each line. TOKEN_FILE
holds the access token, where the server asks for one; it is read at each connection, so a fresh token
may be put there before the old one expires. It needs the package `websockets` (10 or later) and
nothing else. `Session` is the part to port: both sides count
messages, keep what they sent until it is acknowledged, and after a cut send what the other lacks.
"""
import asyncio, collections, json, random, re, sys, threading, time, urllib.parse
import websockets
from websockets.exceptions import ConnectionClosed, WebSocketException

STATE = {"registered", "client-list", "presence", "ice-servers", "ack", "ping", "pong"}  # not counted
FOR_GOOD = {1002, 1003, 1007, 1009}  # do not come back after these, nor after 4500 and above
UNDER_WAY = 128  # so many messages at a time without acknowledgement or verdict: queues have bounds
FAILURES = (OSError, EOFError, asyncio.TimeoutError, WebSocketException)


class Session:
    def __init__(self, url, user, on_message, on_fate, access_token=lambda: None):
        self.url, self.user, self.on_message, self.on_fate = url, user, on_message, on_fate
        self.access_token, self.shown = access_token, None  # asked at each connection; the last one
        self.refusal = ""  # the server's sentence, where it refused the last connection
        self.socket, self.token, self.superseded, self.attempts = None, None, 0, 0
        self.received = self.told = self.untold_bytes = 0  # what we took, what the server knows of that
        self.ack_by = None
        self.outbox = collections.deque()  # (id, frame): sent or to be sent, not acknowledged
        self.acknowledged = 0  # how many the server has acknowledged before those
        self.written = self.tried = 0  # of the outbox: on this socket, on any socket
        self.open = {}  # messages without a verdict, by id
        self.ids, self.wake, self.leaving = 0, asyncio.Event(), False

    def say(self, to, data):
        """Takes a message; `on_fate` is told what became of it, once."""
        self.ids += 1
        message = {"type": "message", "id": str(self.ids), "to": to, "data": data, "receipt": True}
        self.open[message["id"]] = data
        self.outbox.append((message["id"], json.dumps(message)))
        self.wake.set()

    async def leave(self):
        self.leaving = True
        if self.socket:
            await self.acknowledge()  # so that senders get their verdicts
            await self.socket.close()  # goodbye: the session ends with it

    async def run(self):
        while True:
            code, reason = await self.one_socket()
            if self.leaving:
                return
            if code == 1012:  # the server stops; what it has not acknowledged it has not handled
                self.outbox = collections.deque(it for it in self.outbox if it[0] in self.open)
                self.tried, self.token = 0, None
            if code in FOR_GOOD or code >= 4500:
                sys.exit(f"sent away for good: {code} {reason} {self.refusal}".rstrip())
            if code == 4401 and self.access_token() == self.shown:  # a fresh one resumes the session
                sys.exit("the access token has expired, and there is no other one")
            self.superseded += code == 4009
            if self.superseded == 2:
                self.token = None  # somebody else resumes it: connect afresh
            after = re.fullmatch(r"retry after (\d+) ms", reason)
            back_off = random.uniform(0, min(30, 0.1 * 2 ** min(self.attempts, 9)))
            await asyncio.sleep(int(after[1]) / 1000 if after else back_off)
            self.attempts += 1

    async def one_socket(self):
        """Connects, and talks until the socket ends; returns its close code and reason."""
        query = urllib.parse.urlencode({"userId": self.user, "received": self.received})
        self.shown, self.refusal = self.access_token(), ""
        protocols = ["switchboard.v1"] + ([f"resume.{self.token}"] if self.token else [])
        protocols += [f"bearer.{self.shown}"] if self.shown else []  # not in the URL: proxies log it
        tasks = []
        try:
            self.socket = await websockets.connect(
                f"{self.url}?{query}", subprotocols=protocols, ping_interval=None, open_timeout=5)
            welcome = {"type": None}
            while welcome["type"] != "registered":  # an error is followed by a close
                self.refusal = welcome.get("message", "")
                welcome = json.loads(await asyncio.wait_for(self.socket.recv(), 10))
            heartbeat, pause = self.registered(welcome)
            tasks = [asyncio.create_task(self.read(heartbeat)), asyncio.create_task(self.write(pause))]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait_for(tasks[0], 5)  # where writing failed first, there is more to read
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")
        except FAILURES:
            return 1006, ""
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self.socket:  # one socket at a time: stop listening to this one
                self.socket.transport.abort()
                self.socket = None

    def registered(self, welcome):
        if welcome["resumed"]:
            self.forget(welcome["received"])
        else:  # a new session: nobody knows what became of what was under way in an older one
            unsent = list(self.outbox)[self.tried:]
            for lost in self.open.keys() - {id for id, _ in unsent}:
                self.on_fate(self.open.pop(lost), "unknown")
            self.outbox, self.tried = collections.deque(unsent), 0
            self.received = self.acknowledged = 0
        self.told, self.untold_bytes, self.ack_by, self.written = self.received, 0, None, 0
        self.token, self.superseded, self.attempts = welcome["resumeToken"], 0, 0
        rate = welcome["limits"]["rate"]
        return welcome["heartbeat"] / 1000, 1 / rate if rate else 0

    def forget(self, count):
        """The server has handled `count` messages."""
        for _ in range(count - self.acknowledged):
            self.outbox.popleft()
            self.written, self.tried = max(0, self.written - 1), max(0, self.tried - 1)
        self.acknowledged = count

    async def read(self, heartbeat):
        while True:
            try:
                text = await asyncio.wait_for(self.socket.recv(), heartbeat)
            except asyncio.TimeoutError:  # silence: is it still there?
                await self.socket.send('{"type":"ping"}')
                text = await asyncio.wait_for(self.socket.recv(), 5)
            message = json.loads(text)
            if message["type"] == "ack":
                self.forget(message["received"])
            if message["type"] in STATE:
                continue
            self.received += 1
            self.untold_bytes += len(text)
            self.ack_by = self.ack_by or time.monotonic() + 1  # 5 s are allowed
            if message["type"] == "message":
                self.on_message(message["from"], message["data"])
            elif message.get("ref") in self.open:  # a verdict, or the error in its place
                self.on_fate(self.open.pop(message["ref"]), message.get("code", message["type"]))
            self.wake.set()

    async def acknowledge(self):
        self.told, self.untold_bytes, self.ack_by = self.received, 0, None
        await self.socket.send(json.dumps({"type": "ack", "received": self.told}))

    def may_write(self):
        if self.written < self.tried:  # again, on another socket
            return True
        under_way = len(self.open) - (len(self.outbox) - self.tried)
        return self.written < len(self.outbox) and max(under_way, self.tried) < UNDER_WAY

    async def write(self, pause):
        while True:
            late = self.ack_by and time.monotonic() >= self.ack_by
            if late or self.received - self.told >= 32 or self.untold_bytes >= 65536:
                await self.acknowledge()
            elif self.may_write():
                frame = self.outbox[self.written][1]
                self.written += 1
                self.tried = max(self.tried, self.written)
                await self.socket.send(frame)
                await asyncio.sleep(pause)  # no faster than `limits.rate`
            else:
                self.wake.clear()
                try:
                    await asyncio.wait_for(self.wake.wait(), 1)
                except asyncio.TimeoutError:
                    pass


async def main(url, user, other, token_file=None):
    def tell(line):
        print(line, flush=True)

    def access_token():
        if token_file:
            with open(token_file, encoding="ascii") as file:
                return file.read().strip()

    def read_lines():
        for line in sys.stdin:
            loop.call_soon_threadsafe(session.say, other, line.rstrip("\n"))
        loop.call_soon_threadsafe(at_the_end.set)

    loop, at_the_end = asyncio.get_running_loop(), asyncio.Event()
    session = Session(url, user, lambda who, text: tell(f"{who}: {text}"),
                      lambda text, fate: tell(f"-- {fate}: {text}"), access_token)
    running = asyncio.create_task(session.run())
    threading.Thread(target=read_lines, daemon=True).start()
    await at_the_end.wait()
    while session.open:
        await asyncio.sleep(0.1)
    await session.leave()
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
