package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Of what is kept of an object, Ebb makes the same as of the whole. */
class SlimTest {
    private static final String POD =
            """
            metadata:
              name: NAME
              namespace: web
              uid: uid-of-NAME
              resourceVersion: "7"
              creationTimestamp: "2026-01-01T00:00:00Z"
              deletionTimestamp: "2026-01-01T01:00:00Z"
              labels: {app: shop, topology.kubernetes.io/zone: here}
              annotations:
                ebb.dev/parked: "2026-01-01T00:00:00Z"
                ebb.dev/removal: from 5 to 3 at generation 7
                controller.kubernetes.io/pod-deletion-cost: "-1000"
                karpenter.sh/do-not-disrupt: "true"
                example.com/long: of others
              ownerReferences:
              - {apiVersion: apps/v1, kind: ReplicaSet, name: shop-1, uid: r, controller: true}
              managedFields:
              - {manager: kubelet, operation: Update, fieldsV1: {"f:status": {}}}
            spec:
              nodeName: node-1
              readinessGates:
              - conditionType: ebb.dev/in-rotation
              - conditionType: example.com/balancer
              containers:
              - name: main
                image: shop
                env: [{name: A, value: b}]
                ports: [{name: admin, containerPort: 81}, {name: http, containerPort: 8080}]
                resources:
                  requests: {cpu: 250m, memory: 64Mi}
                  limits: {memory: 128Mi}
            status:
              phase: Running
              podIP: 192.0.2.1
              podIPs: [{ip: 192.0.2.1}, {ip: "2001:db8::1"}]
              conditions:
              - {type: Ready, status: "True", lastTransitionTime: "2026-01-01T00:00:00Z"}
              - {type: ContainersReady, status: "True"}
              - {type: example.com/balancer, status: "True"}
              - {type: ebb.dev/in-rotation, status: "False"}
              containerStatuses:
              - {name: main, imageID: long, state: {running: {startedAt: "2026-01-01T00:00:00Z"}}}
              initContainerStatuses:
              - {name: mesh, state: {running: {}}}
              - {name: once, state: {terminated: {exitCode: 0}}}
            """;

    private final Slim slim = new Slim();

    @Test
    void ofAPodTheSameIsSeen() {
        Pod whole = pod("a");
        Pod kept = slim.pod(pod("a"));
        assertThat(PodView.of(kept)).isEqualTo(PodView.of(whole));
        assertThat(PodView.of(kept).removal()).isPresent();
        assertThat(PodView.of(kept).more().keep()).isPresent();
        assertThat(PodView.of(kept).more().parked()).isTrue();
        assertThat(PodView.of(kept).more().running()).containsExactlyInAnyOrder("main", "mesh");
        for (Optional<String> port : List.of(Optional.<String>empty(), Optional.of("http"))) {
            assertThat(PodAddress.of(kept, port)).isPresent().isEqualTo(PodAddress.of(whole, port));
        }
        assertThat(kept.getStatus().getPodIPs()).isEqualTo(whole.getStatus().getPodIPs());
        assertThat(kept.getMetadata().getOwnerReferences())
                .isEqualTo(whole.getMetadata().getOwnerReferences());
        assertThat(Serialization.asJson(kept)).doesNotContain("of others", "kubelet", "env");
    }

    @Test
    void podsOfAWorkloadShareWhatIsEqual() {
        Pod one = slim.pod(pod("a"));
        Pod other = slim.pod(pod("b"));
        assertThat(other.getSpec().getContainers()).isSameAs(one.getSpec().getContainers());
        assertThat(other.getMetadata().getLabels()).isSameAs(one.getMetadata().getLabels());
        assertThat(other.getStatus().getConditions()).isSameAs(one.getStatus().getConditions());
        assertThat(PodView.of(other).more().labels()).isSameAs(PodView.of(one).more().labels());
    }

    @Test
    void ofWorkloadsTheSameIsSeen() {
        String workload =
                """
                metadata: {name: shop, namespace: web, uid: u, generation: 3, resourceVersion: "9",
                  ownerReferences: [{apiVersion: v1, kind: K, name: k, uid: k, controller: true}]}
                spec:
                  replicas: 4
                  paused: true
                  template:
                    spec:
                      readinessGates: [{conditionType: ebb.dev/in-rotation}]
                      containers: [{name: main, image: shop}]
                status: {observedGeneration: 3, replicas: 4, updatedReplicas: 4,
                  conditions: [{type: Available, status: "True"}]}
                """;
        Deployment deployment = read(workload, Deployment.class);
        WorkloadView seen = WorkloadView.of(deployment);
        assertThat(seen.gated()).isTrue();
        assertThat(WorkloadView.of(slim.deployment(deployment))).isEqualTo(seen);
        ReplicaSet set = read(workload.replace("  paused: true\n", ""), ReplicaSet.class);
        WorkloadView ofSet = WorkloadView.of(set);
        assertThat(WorkloadView.of(slim.replicaSet(set))).isEqualTo(ofSet);
        assertThat(Serialization.asJson(set)).doesNotContain("image");
    }

    @Test
    void ofOthersSlicesWhomTheyOfferAndEbbsOwnWhole() {
        String slice =
                """
                metadata: {name: s, namespace: web, labels: {LABEL: WHO, SERVICE: s}}
                addressType: IPv4
                endpoints:
                - addresses: [192.0.2.1]
                  conditions: {ready: true, serving: true}
                  targetRef: {kind: Pod, name: a, uid: u}
                - addresses: [192.0.2.2]
                  conditions: {ready: false}
                  targetRef: {kind: Pod, name: b, uid: v}
                """
                        .replace("LABEL", SlicePlan.MANAGED_BY)
                        .replace("SERVICE", SlicePlan.SERVICE);
        var others = slim.slice(read(slice.replace("WHO", "kubernetes"), EndpointSlice.class));
        assertThat(Slices.pickable(others)).containsExactly("u");
        assertThat(others.getEndpoints().getFirst().getAddresses()).isEmpty();
        var own = slim.slice(read(slice.replace("WHO", SlicePlan.EBB), EndpointSlice.class));
        assertThat(own.getEndpoints().getFirst().getAddresses()).containsExactly("192.0.2.1");
    }

    @Test
    void ofAServiceScaleAllButWhatItsStatusTells() {
        String scale =
                """
                apiVersion: ebb.dev/v1alpha1
                kind: ServiceScale
                metadata: {name: shop, namespace: web, uid: u, annotations: {ebb.dev/approve: r1}}
                spec: {targetRef: {kind: Deployment, name: shop}, mode: automatic, maxReplicas: 5}
                status: {wanted: 3, parks: ["2026-01-01T00:00:00Z"], dataPlanes: [edge]}
                """;
        var whole = read(scale, GenericKubernetesResource.class);
        ScaleSpec spec = ScaleSpec.of(whole);
        assertThat(spec.approved()).contains("r1");
        assertThat(spec.parks()).hasSize(1);
        assertThat(spec.planesBefore()).containsExactly("edge");
        GenericKubernetesResource kept = slim.scale(whole);
        assertThat(ScaleSpec.of(kept)).isEqualTo(spec);
        assertThat(Serialization.asJson(kept)).doesNotContain("wanted");
    }

    private static Pod pod(String name) {
        return read(POD.replace("NAME", name), Pod.class);
    }

    private static <T> T read(String yaml, Class<T> type) {
        return Serialization.unmarshal(yaml, type);
    }
}
