"""An API server that is none: lists, watches and writes from memory, for a machine without one.

It has what the operator asks for and no more: no validation, no field managers, no history. All of
a watch's events come in order; a watch from an older version than the newest is answered as if
nothing had happened in between.
"""
import base64, hashlib, json, re, struct, urllib.parse, uuid

import front, population

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Api(front.Front):
    """Answers in the place of what the front would pass on."""

    def __init__(self, size, cores, automatic, base):
        super().__init__(size, cores, None, "", None, base)
        self.version = 1000
        self.things, self.watchers = {}, {}
        for kind, thing in population.objects(size, automatic):
            self.keep(kind.rpartition("/")[2], thing)

    def keep(self, resource, thing):
        self.version += 1
        meta = thing["metadata"]
        meta["resourceVersion"] = str(self.version)
        key = (meta.get("namespace", ""), meta["name"])
        text = json.dumps(thing, separators=(",", ":"))
        before = self.things.setdefault(resource, {}).get(key)
        self.things[resource][key] = text
        event = '{"type":"%s","object":%s}' % ("MODIFIED" if before else "ADDED", text)
        for queue in self.watchers.get(resource, ()):
            queue.write(frame(TEXT, event.encode()))
        return text

    # ---- Requests

    def own(self, target, body, method):
        known = super().own(target, body, method)
        return known if known is not None else self.answer(method, target, body)

    def answer(self, method, target, body):
        path, _, query = target.partition("?")
        asked = urllib.parse.parse_qs(query)
        words = [w for w in path.split("/") if w]
        words = words[2:] if words[:1] == ["api"] else words[3:]
        space = ""
        if words[:1] == ["namespaces"] and len(words) > 2:
            space, words = words[1], words[2:]
        if not words:
            return 404, missing(path)
        resource, name, sub = (words + ["", "", ""])[:3]
        if method == "GET" and not name:
            return 200, self.listed(resource, space, asked)
        if method == "POST":
            return 201, self.keep(resource, named(json.loads(body), space)).encode()
        text = self.things.get(resource, {}).get((space, name))
        if text is None and method != "PUT":
            return 404, missing(path)
        if method == "GET":
            return 200, (self.scale(json.loads(text)) if sub == "scale" else text.encode())
        return 200, self.changed(resource, json.loads(text or "{}"), sub, json.loads(body))

    def listed(self, resource, space, asked):
        named = [s for s in asked.get("fieldSelector", []) if s.startswith("metadata.name=")]
        if named:
            one = self.things.get(resource, {}).get((space, named[0].partition("=")[2]))
            return lists(self.version, [one] if one else [], "")
        items = [t for key, t in self.things.get(resource, {}).items() if space in ("", key[0])]
        for selector in asked.get("labelSelector", []):
            pairs = [p.split("=", 1) for p in re.split(r",(?![^(]*\))", selector) if "=" in p]
            items = [t for t in items if all(f'"{k}":"{v}"' in t for k, v in pairs)]
        first = int(asked.get("continue", ["0"])[0])
        limit = int(asked.get("limit", [len(items) or 1])[0])
        more = str(first + limit) if first + limit < len(items) else ""
        return lists(self.version, items[first:first + limit], more)

    def scale(self, thing):
        labels = thing["spec"]["selector"]["matchLabels"]
        return json.dumps({
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": thing["metadata"],
            "spec": {"replicas": thing["spec"]["replicas"]},
            "status": {"replicas": thing["spec"]["replicas"],
                       "selector": ",".join(f"{k}={v}" for k, v in labels.items())}}).encode()

    def changed(self, resource, thing, sub, wanted):
        """As far as it matters what comes of it."""
        if sub == "scale":
            thing["spec"]["replicas"] = wanted["spec"]["replicas"]
            thing["metadata"]["generation"] += 1
            self.keep(resource, thing)
            return self.scale(thing)
        if resource == "leases":
            thing = wanted
        elif sub == "status" and resource == "pods":
            mine = {c["type"]: c for c in thing["status"]["conditions"]}
            mine |= {c["type"]: c for c in wanted["status"]["conditions"]}
            thing["status"]["conditions"] = list(mine.values())
        elif sub == "status":
            thing["status"] = wanted["status"]
        else:
            annotations = wanted["metadata"].get("annotations", {})
            thing["metadata"].setdefault("annotations", {}).update(annotations)
        return self.keep(resource, thing).encode()

    # ---- Watches

    async def upgraded(self, reader, writer, target, fields, _head):
        resource = front.classify("GET", target.partition("?")[0], {})[1]
        accept = base64.b64encode(hashlib.sha1(
            (fields["sec-websocket-key"] + MAGIC).encode()).digest()).decode()
        writer.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        self.watchers.setdefault(resource, set()).add(writer)
        try:
            while True:
                kind, data = await received(reader)
                if kind == PING:
                    writer.write(frame(PONG, data))
                elif kind == CLOSE:
                    return
        finally:
            self.watchers[resource].discard(writer)


def named(thing, space):
    meta = thing.setdefault("metadata", {})
    meta.setdefault("namespace", space)
    meta.setdefault("name", meta.get("generateName", "") + uuid.uuid4().hex[:8])
    meta.setdefault("uid", str(uuid.uuid4()))
    return thing


def lists(version, items, more):
    return ('{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},'
            '"items":[%s]}' % (version, more, ",".join(items))).encode()


def missing(path):
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
                       "reason": "NotFound", "message": f"{path} not found"}).encode()


def frame(kind, data):
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", 0x80 | kind, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | kind, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, 127, size)
    return head + data


async def received(reader):
    """A client's frame: its data is masked."""
    first, size = await reader.readexactly(2)
    size &= 0x7F
    if size > 125:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    data = await reader.readexactly(size)
    return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(data))
