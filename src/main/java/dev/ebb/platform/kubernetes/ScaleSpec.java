package dev.ebb.platform.kubernetes;

import dev.ebb.core.Bounds;
import dev.ebb.core.Hold;
import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Mode;
import dev.ebb.core.Schedule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A ServiceScale's spec, as the API server has validated and completed it; what an older schema has
 * not completed has the same defaults here. Immutable.
 *
 * @param uid of the ServiceScale
 * @param created when, as Kubernetes writes it
 * @param target empty when its kind has no scale, as far as is known without asking
 * @param targetWords for sentences: {@code StatefulSet db of apps/v1}
 * @param settle how long a pod that nothing offers any more is taken to be busy
 * @param plane the data planes that carry its requests; empty where nothing is known of them
 * @param monitoring what a Prometheus is asked
 * @param orca how its pods say themselves how busy they are; empty when they do not
 * @param wrong what it asks for that no schema could refuse, and that is not heeded
 * @param planesBefore data planes that were connected, as its status says
 * @param parks when pods were parked within the last hour, as its status says, in milliseconds
 * @param approved the recommendation that a person has approved
 */
record ScaleSpec(
        String namespace,
        String name,
        String uid,
        String created,
        long generation,
        Optional<Target> target,
        String targetWords,
        Policy policy,
        Duration settle,
        Optional<PlaneSpec> plane,
        MonitoringSpec monitoring,
        Optional<OrcaSpec> orca,
        Optional<Hold> wrong,
        List<Long> parks,
        List<String> planesBefore,
        Park park,
        Optional<String> approved) {

    static final String GROUP = "ebb.dev";
    static final String VERSION = "v1alpha1";
    static final String KIND = "ServiceScale";
    static final String APPROVE = "ebb.dev/approve";

    static final ResourceDefinitionContext RESOURCE =
            new ResourceDefinitionContext.Builder()
                    .withGroup(GROUP)
                    .withVersion(VERSION)
                    .withKind(KIND)
                    .withPlural("servicescales")
                    .withNamespaced(true)
                    .build();

    /** Kubernetes itself decides when a container has to be started anew, and when a pod has. */
    private static final Duration NEVER = Duration.ofDays(3_650);

    private static final double ANY_LOAD = 100;

    private static final Duration GRACE = Duration.ofSeconds(30);

    static ScaleSpec of(GenericKubernetesResource resource) {
        var meta = resource.getMetadata();
        Fields spec = new Fields(resource.getAdditionalProperties()).in("spec");
        Fields ref = spec.in("targetRef");
        String apiVersion = ref.text("apiVersion", "apps/v1");
        String kind = ref.text("kind", "");
        String name = ref.text("name", "");
        Map<String, String> annotations =
                Optional.ofNullable(meta.getAnnotations()).orElse(Map.of());
        Optional<Target> target =
                Target.Kind.of(apiVersion, kind).map(k -> new Target(meta.getNamespace(), k, name));
        BoundsFields bounds = BoundsFields.of(spec);
        Policy policy = bounded(policy(spec), bounds);
        return new ScaleSpec(
                meta.getNamespace(),
                meta.getName(),
                meta.getUid(),
                Optional.ofNullable(meta.getCreationTimestamp()).orElse(""),
                Optional.ofNullable(meta.getGeneration()).orElse(0L),
                target,
                "%s %s of %s".formatted(kind, name, apiVersion),
                target.flatMap(PodOrder::remark).isPresent() ? whateverTheLoad(policy) : policy,
                spec.in("drain").seconds("settleSeconds", 60),
                PlaneSpec.of(spec.map(), meta.getName()),
                MonitoringSpec.of(spec, meta.getNamespace(), QueryFields.of(spec.in("targets"))),
                OrcaSpec.of(spec),
                bounds.wrong(),
                HourOfParks.read(
                        new Fields(resource.getAdditionalProperties()).in("status").texts("parks")),
                new Fields(resource.getAdditionalProperties())
                        .in("status")
                        .texts(PlanesBefore.STATUS),
                Park.of(spec.text("park", "gate"), spec.text("service", "")),
                Optional.ofNullable(annotations.get(APPROVE)));
    }

    private static Policy bounded(Policy policy, BoundsFields bounds) {
        Policy limited =
                bounds.perHour()
                        .map(limit -> policy.withIn(policy.in().withPerHour(limit)))
                        .orElse(policy);
        return limited.withBounds(bounds.bounds());
    }

    /** The same without callers to keep up with. */
    ScaleSpec withoutCallers(Hold why) {
        List<Schedule> schedules = policy.bounds().map(Bounds::schedules).orElse(List.of());
        return new ScaleSpec(
                namespace,
                name,
                uid,
                created,
                generation,
                target,
                targetWords,
                policy.withBounds(new Bounds(schedules, List.of())),
                settle,
                plane,
                monitoring,
                orca,
                wrong.or(() -> Optional.of(why)),
                parks,
                planesBefore,
                park,
                approved);
    }

    /** The only pod that can go is a candidate however much it is used. */
    private static Policy whateverTheLoad(Policy policy) {
        return policy.withIn(policy.in().withCandidateBelow(ANY_LOAD));
    }

    private static Policy policy(Fields spec) {
        return ObjectiveFields.applied(targeted(spec), spec);
    }

    /** Sized by its targets alone. */
    private static Policy targeted(Fields spec) {
        int min = Math.max(1, spec.number("minReplicas", 1));
        int max = Math.max(min, spec.number("maxReplicas", min));
        Fields in = spec.in("scaleIn");
        Duration window = in.seconds("windowSeconds", 120);
        Duration recent = spec.in("scaleOut").seconds("windowSeconds", 30);
        return new Policy(
                mode(spec.text("mode", "observe")),
                new Policy.Range(min, max),
                targets(spec.in("targets")),
                new Policy.Out(recent, Policy.Out.DEFAULT.tolerance()),
                new Policy.In(
                        window,
                        in.seconds("stabilizationSeconds", 300),
                        in.share("candidateBelowPercent", 50),
                        Policy.In.DEFAULT.coverage(),
                        in.seconds("freshnessSeconds", 90),
                        in.share("absentPercent", 25),
                        Policy.In.DEFAULT.hostBusy()),
                new Policy.Trial(
                        spec.in("trial").seconds("shortestSeconds", 60),
                        spec.in("trial").seconds("longestSeconds", 300),
                        Policy.Trial.DEFAULT.errorRate()),
                new Policy.Drain(
                        spec.in("drain").seconds("deadlineSeconds", 600),
                        Policy.AtDeadline.RESCUE,
                        GRACE),
                new Policy.Start(
                        NEVER,
                        Policy.Start.DEFAULT.backoff(),
                        Policy.Start.DEFAULT.backoffMax(),
                        Policy.Start.DEFAULT.crashLimit(),
                        Policy.Start.DEFAULT.crashWindow(),
                        NEVER),
                Optional.empty());
    }

    private static Mode mode(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "automatic" -> Mode.AUTOMATIC;
            case "recommend" -> Mode.RECOMMEND;
            default -> Mode.OBSERVE;
        };
    }

    private static Policy.Targets targets(Fields targets) {
        double cpu = targets.share("cpuPercent", 60);
        return new Policy.Targets(
                cpu,
                Policy.Targets.DEFAULT.concurrency(),
                targets.share("memoryGuardPercent", 90),
                Math.max(cpu, targets.share("afterFailurePercent", 95)),
                Optional.empty(),
                Optional.empty(),
                Stream.concat(QueryFields.of(targets).stream(), ReportedFields.of(targets).stream())
                        .toList());
    }

    /** For people: {@code namespace/name}. */
    String words() {
        return namespace + "/" + name;
    }

    /** Whether a controller that was made for the other still does what this one asks for. */
    boolean isAs(ScaleSpec other) {
        return uid.equals(other.uid)
                && policy.equals(other.policy)
                && settle.equals(other.settle)
                && plane.equals(other.plane)
                && monitoring.equals(other.monitoring)
                && orca.equals(other.orca)
                && wrong.equals(other.wrong)
                && park.equals(other.park)
                && target.equals(other.target);
    }
}
