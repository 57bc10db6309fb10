"""A cluster's worth of workloads, written straight into etcd as JSON, which the API server reads as
well as its own format: with one request for 100 objects it takes seconds, and not the minutes that
50,000 pods with their statuses take through the API.

The objects are of the size that they have in a real cluster: managed fields, environment, volumes
and probes are there, since an operator has to take them off the wire whatever it keeps of them.
"""
import base64, concurrent.futures, http.client, json, uuid
from dataclasses import dataclass

AT_ONCE = 100
WRITERS = 4
CORES = 0.1
CREATED = "2026-01-01T00:00:00Z"
SPACE = uuid.UUID("5b6c2f5e-3d0f-4f3e-9c55-0e6f6b1f7b11")


@dataclass(frozen=True)
class Size:
    workloads: int
    pods: int
    namespaces: int

    def namespace(self, number):
        return f"team-{number % self.namespaces:03d}"

    def workload(self, number):
        return f"shop-{number:05d}"

    def pods_of(self, number):
        """As even as can be."""
        each, more = divmod(self.pods, self.workloads)
        return each + (1 if number < more else 0)

    def pod(self, number, pod):
        return f"{self.workload(number)}-7d4b9c8f6d-{pod:05d}"


def uid(*words):
    return str(uuid.uuid5(SPACE, "/".join(map(str, words))))


def owner(kind, name, its_uid):
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": its_uid,
             "controller": True, "blockOwnerDeletion": True}]


def fields(manager, subresource, *paths):
    """About what the API server keeps of who has set what."""
    return {"manager": manager, "operation": "Update", "apiVersion": "v1", "time": CREATED,
            "fieldsType": "FieldsV1", **({"subresource": subresource} if subresource else {}),
            "fieldsV1": {f"f:{p}": {f'k:{{"name":"{p}-{i}"}}': {".": {}, "f:name": {}, "f:value": {}}
                                    for i in range(6)} for p in paths}}


MANAGED = [fields("kube-controller-manager", "", "metadata", "spec", "containers"),
           fields("kubelet", "status", "status", "conditions")]


def meta(size, number, name, kind, **more):
    space = size.namespace(number)
    return {"name": name, "namespace": space, "uid": uid(kind, space, name),
            "creationTimestamp": CREATED, "generation": 1, "managedFields": MANAGED, **more}


def labels(size, number):
    return {"app": size.workload(number), "team": size.namespace(number), "tier": "web"}


def template(size, number):
    env = [{"name": f"SETTING_{i}", "value": f"value-{i}-of-{size.workload(number)}"}
           for i in range(12)]
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10,
             "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3}
    container = {
        "name": "main", "image": "registry.example.com/team/shop:1.2.3", "env": env,
        "imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File", "livenessProbe": probe, "readinessProbe": probe,
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": f"{int(CORES * 1000)}m", "memory": "128Mi"},
                      "limits": {"memory": "256Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/shop", "readOnly": True}]}
    return {"metadata": {"labels": {**labels(size, number), "pod-template-hash": "7d4b9c8f6d"}},
            "spec": {"containers": [container], "restartPolicy": "Always",
                     "readinessGates": [{"conditionType": "ebb.dev/in-rotation"}],
                     "volumes": [{"name": "config", "configMap": {
                         "name": "shop", "defaultMode": 420}}],
                     "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                     "schedulerName": "default-scheduler", "securityContext": {}}}


def pod(size, number, which, address):
    name, made = size.pod(number, which), template(size, number)
    started = {"state": {"running": {"startedAt": CREATED}}, "ready": True, "restartCount": 0}
    conditions = [{"type": t, "status": "True", "lastTransitionTime": CREATED}
                  for t in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
                            "PodScheduled", "ebb.dev/in-rotation")]
    made["metadata"] = meta(
        size, number, name, "Pod", generateName=f"{size.workload(number)}-7d4b9c8f6d-",
        labels=made["metadata"]["labels"], annotations={"example.com/config-hash": "0" * 64},
        ownerReferences=owner("ReplicaSet", *replica_set_id(size, number)))
    made["spec"] |= {"nodeName": f"node-{(number * 31 + which) % 500:03d}",
                     "tolerations": [{"key": f"node.kubernetes.io/{k}", "operator": "Exists",
                                      "effect": "NoExecute", "tolerationSeconds": 300}
                                     for k in ("not-ready", "unreachable")]}
    made["status"] = {
        "phase": "Running", "qosClass": "Burstable", "startTime": CREATED, "podIP": address,
        "podIPs": [{"ip": address}], "hostIP": "192.0.2.7", "conditions": conditions,
        "containerStatuses": [{
            "name": "main", "image": "registry.example.com/team/shop:1.2.3", "started": True,
            "imageID": "registry.example.com/team/shop@sha256:" + "0" * 64,
            "containerID": "containerd://" + uid("container", name).replace("-", "") * 2,
            **started}]}
    return {"apiVersion": "v1", "kind": "Pod", **made}


def replica_set_id(size, number):
    name = f"{size.workload(number)}-7d4b9c8f6d"
    return name, uid("ReplicaSet", size.namespace(number), name)


def workload(size, number):
    """A Deployment, its ReplicaSet, its slices, its budget and its ServiceScale."""
    name, count = size.workload(number), size.pods_of(number)
    made, selector = template(size, number), {"matchLabels": {"app": name}}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(made),
               "deployment.kubernetes.io/revision": "1"}
    counts = {"observedGeneration": 1, "replicas": count, "readyReplicas": count,
              "availableReplicas": count}
    yield "deployments", {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": meta(size, number, name, "Deployment", annotations=applied,
                         labels=labels(size, number)),
        "spec": {"replicas": count, "selector": selector, "template": made,
                 "strategy": {"type": "RollingUpdate", "rollingUpdate": {
                     "maxSurge": "25%", "maxUnavailable": "25%"}},
                 "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600},
        "status": {**counts, "updatedReplicas": count}}
    above = owner("Deployment", name, uid("Deployment", size.namespace(number), name))
    hashed = {"matchLabels": {"app": name, "pod-template-hash": "7d4b9c8f6d"}}
    yield "replicasets", {
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": meta(size, number, replica_set_id(size, number)[0], "ReplicaSet",
                         labels=made["metadata"]["labels"], ownerReferences=above),
        "spec": {"replicas": count, "selector": hashed, "template": made},
        "status": {**counts, "fullyLabeledReplicas": count}}
    yield "poddisruptionbudgets", {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": meta(size, number, name, "PodDisruptionBudget"),
        "spec": {"minAvailable": 1, "selector": selector},
        "status": {"expectedPods": count, "currentHealthy": count, "desiredHealthy": 1,
                   "disruptionsAllowed": count - 1, "observedGeneration": 1}}


def slices(size, number, addresses):
    """At most 100 endpoints each."""
    name = size.workload(number)
    for first in range(0, size.pods_of(number), 100):
        endpoints = [{"addresses": [addresses[i]], "nodeName": f"node-{i % 500:03d}",
                      "zone": "zone-a",
                      "conditions": {"ready": True, "serving": True, "terminating": False},
                      "targetRef": {"kind": "Pod", "namespace": size.namespace(number),
                                    "name": size.pod(number, i),
                                    "uid": uid("Pod", size.namespace(number), size.pod(number, i))}}
                     for i in range(first, min(first + 100, size.pods_of(number)))]
        yield "endpointslices", {
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": meta(size, number, f"{name}-{first // 100:05d}", "EndpointSlice", labels={
                "kubernetes.io/service-name": name,
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}),
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}], "endpoints": endpoints}


def scale(size, number, automatic):
    spec = {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment",
                          "name": size.workload(number)},
            "mode": "automatic" if automatic else "recommend", "minReplicas": 1,
            "maxReplicas": 2 * size.pods_of(number),
            "scaleOut": {"windowSeconds": 30},
            "scaleIn": {"windowSeconds": 45, "stabilizationSeconds": 30}}
    return "ebb.dev/servicescales", {
        "apiVersion": "ebb.dev/v1alpha1", "kind": "ServiceScale",
        "metadata": meta(size, number, size.workload(number), "ServiceScale"), "spec": spec}


def objects(size, automatic):
    """All of it, as pairs of a kind's place in etcd and an object."""
    for number in range(size.namespaces):
        name = size.namespace(number)
        yield "namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": name, "uid": uid("Namespace", name), "creationTimestamp": CREATED,
            "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    last = 0
    for number in range(size.workloads):
        addresses = [f"10.{(last + i) >> 16 & 255}.{(last + i) >> 8 & 255}.{(last + i) & 255}"
                     for i in range(size.pods_of(number))]
        last += len(addresses)
        yield from workload(size, number)
        yield from slices(size, number, addresses)
        for which, address in enumerate(addresses):
            yield "pods", pod(size, number, which, address)
        yield scale(size, number, number < automatic)


def put(kind, thing):
    its = thing["metadata"]
    path = "/".join(filter(None, ("/registry", kind, its.get("namespace"), its["name"])))
    coded = [base64.b64encode(text.encode()).decode() for text in (path, json.dumps(thing))]
    return {"requestPut": {"key": coded[0], "value": coded[1]}}


def write(port, size, automatic, progress):
    """Into the etcd at this port of loopback, before an API server has it. Returns bytes by kind."""
    sizes, waiting = {}, []

    def send(batch):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/v3/kv/txn", json.dumps({"success": batch}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"etcd does not take the objects: {said[:300]}")

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        batch, count = [], 0
        for kind, thing in objects(size, automatic):
            one = put(kind, thing)
            known = sizes.setdefault(kind, [0, 0])
            known[0] += 1
            known[1] += len(one["requestPut"]["value"]) * 3 // 4
            batch.append(one)
            count += 1
            if len(batch) == AT_ONCE:
                waiting.append(pool.submit(send, batch))
                batch = []
                if len(waiting) > 4 * WRITERS:
                    waiting.pop(0).result()
                if count % 5000 == 0:
                    progress(f"{count} objects are in etcd")
        waiting.append(pool.submit(send, batch))
        for one in waiting:
            one.result()
    return sizes
