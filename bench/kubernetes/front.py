"""Stands between the operator and the API server, on plain HTTP: counts what is asked, serves the
metrics API from loads that are set, and refuses everything with 429 when told to.

A process of its own. What it is told and asks back is JSON at /_front.
"""
import asyncio, datetime, json, math, multiprocessing, random, ssl, time, urllib.parse
import urllib.request

CHUNK = 1 << 16
REFUSAL = json.dumps({
    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 429,
    "reason": "TooManyRequests", "message": "too many requests, please try again later",
    "details": {"retryAfterSeconds": 1}}).encode()
SPREAD = 0.02


class Front:
    def __init__(self, size, cores, upstream, token, authority, base):
        self.size, self.cores = size, cores
        self.upstream, self.token = upstream, token
        self.tls = ssl.create_default_context(cafile=authority) if authority else None
        self.base, self.loads = base, {}
        self.refuses = False
        self.calls = {}
        self.open = set()
        self.began = time.monotonic()
        self.numbers = {}
        for number in range(size.workloads):
            self.numbers.setdefault(size.namespace(number), []).append(number)

    # ---- Counting

    def count(self, method, target, code):
        path, _, query = target.partition("?")
        verb, resource = classify(method, path, urllib.parse.parse_qs(query))
        second = int(time.monotonic() - self.began)
        key = f"{second} {verb} {resource} {code}"
        self.calls[key] = self.calls.get(key, 0) + 1

    # ---- What it serves itself

    def metrics(self, namespace):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        items = []
        for number in self.numbers.get(namespace, []):
            load = self.loads.get(str(number), self.base)
            for which in range(self.size.pods_of(number)):
                cpu = load * (1 + random.uniform(-SPREAD, SPREAD)) * self.cores * 1e9
                items.append(
                    '{"metadata":{"name":"%s","namespace":"%s"},"timestamp":"%s","window":"15s",'
                    '"containers":[{"name":"main","usage":{"cpu":"%dn","memory":"65536Ki"}}]}'
                    % (self.size.pod(number, which), namespace, now, math.ceil(cpu)))
        return ('{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},'
                '"items":[%s]}' % ",".join(items)).encode()

    def told(self, body):
        words = json.loads(body or b"{}")
        self.loads.update(words.get("loads", {}))
        self.refuses = words.get("refuses", self.refuses)
        if words.get("cut"):
            for writer in list(self.open):
                writer.transport.abort()
        return json.dumps({"second": int(time.monotonic() - self.began),
                           "calls": self.calls}).encode()

    # ---- Connections

    async def serve(self, reader, writer):
        server = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, fields = parsed(head)
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                if fields.get("upgrade", "").lower() == "websocket" and not self.refuses:
                    self.count(method, target, "")
                    self.open.add(writer)
                    await self.upgraded(reader, writer, target, fields, head)
                    return
                own = self.own(target, body, method)
                if own is not None:
                    code, answer = own
                    if not target.startswith("/_front"):
                        self.count(method, target, code)
                    writer.write(response(code, answer))
                    await writer.drain()
                    continue
                if server is None:
                    host, port = self.upstream
                    server = await asyncio.open_connection(host, port, ssl=self.tls)
                    self.open.add(writer)
                    asyncio.ensure_future(self.answers(server[0], writer))
                self.count(method, target, "")
                server[1].write(authorized(head, self.token) + body)
                await server[1].drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            self.open.discard(writer)
            for one in (writer, server and server[1]):
                if one:
                    one.close()

    async def upgraded(self, reader, writer, _target, _fields, head):
        """A watch: passed on as it is, both ways."""
        host, port = self.upstream
        server = await asyncio.open_connection(host, port, ssl=self.tls)
        try:
            server[1].write(authorized(head, self.token))
            asyncio.ensure_future(self.answers(server[0], writer))
            await pump(reader, server[1])
        finally:
            server[1].close()

    def own(self, target, body, _method):
        if target.startswith("/_front"):
            return 200, self.told(body)
        if self.refuses:
            return 429, REFUSAL
        words = target.split("?")[0].split("/")
        if words[1:4] == ["apis", "metrics.k8s.io", "v1beta1"] and len(words) == 7:
            return 200, self.metrics(words[5])
        return None

    async def answers(self, server, writer):
        try:
            await pump(server, writer)
        except (ConnectionError, OSError):
            pass
        finally:
            writer.close()


async def pump(reader, writer):
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


def parsed(head):
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return method, target, fields


def authorized(head, token):
    """With the token, and without the offer of HTTP/2 that Java's client makes on plain HTTP."""
    dropped = [b"authorization:", b"http2-settings:"]
    if b"h2c" in head:
        dropped += [b"upgrade:", b"connection:"]
    lines = [line for line in head.split(b"\r\n")[:-2]
             if not line.lower().startswith(tuple(dropped))]
    return b"\r\n".join([*lines, b"Authorization: Bearer " + token.encode(), b"", b""])


def response(code, body):
    words = {200: "OK", 201: "Created", 404: "Not Found", 429: "Too Many Requests"}[code]
    more = "Retry-After: 1\r\n" if code == 429 else ""
    return (f"HTTP/1.1 {code} {words}\r\nContent-Type: application/json\r\n{more}"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def classify(method, path, query):
    """As the API server's own metrics tell verbs and resources."""
    words = [w for w in path.split("/") if w]
    words = words[2:] if words[:1] == ["api"] else words[3:]
    if words[:1] == ["namespaces"] and len(words) > 2:
        words = words[2:]
    resource = words[0] if words else "-"
    if "metrics.k8s.io" in path:
        resource = "podmetrics"
    if len(words) > 2:
        resource += "/" + words[2]
    if method != "GET":
        return method, resource
    if query.get("watch") in (["true"], ["1"]):
        return "WATCH", resource
    named = len(words) > 1 or any("metadata.name" in s for s in query.get("fieldSelector", []))
    if not named and "labelSelector" in query:
        resource += " by selector"
    return ("GET" if named else "LIST"), resource


async def work(front, pipe):
    server = await asyncio.start_server(front.serve, "127.0.0.1", 0, limit=1 << 20)
    pipe.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def run(pipe, what, arguments):
    asyncio.run(work(what(*arguments), pipe))


class Control:
    """The other side of it."""

    def __init__(self, what, *arguments):
        ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=run, args=(theirs, what, arguments), daemon=True)
        self.process.start()
        self.port = ours.recv()

    def tell(self, **words):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/_front", json.dumps(words).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.join(5)
