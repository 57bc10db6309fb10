package dev.ebb.platform.kubernetes;

import java.util.Optional;
import java.util.Set;

/** The workload that is scaled. Immutable. */
record Target(String namespace, Kind kind, String name) {

    /**
     * A kind of workloads. Deployments and ReplicaSets are always watched, any other from when a
     * ServiceScale first names it ({@link OtherKinds}).
     *
     * @param word as Kubernetes spells it
     */
    record Kind(String apiVersion, String word) {
        private static final String APPS = "apps/v1";

        static final Kind DEPLOYMENT = new Kind(APPS, "Deployment");
        static final Kind REPLICA_SET = new Kind(APPS, "ReplicaSet");
        static final Kind STATEFUL_SET = new Kind(APPS, "StatefulSet");

        /** No workload, but watched in the same way where Ebb offers its pods. */
        static final Kind SERVICE = new Kind("v1", "Service");

        /** Kinds that are known to have no scale; of any other the API server is asked. */
        private static final Set<String> WITHOUT_SCALE =
                Set.of("DaemonSet", "Pod", "Job", "CronJob", "Service");

        /** Empty for what Ebb does not scale. */
        static Optional<Kind> of(String apiVersion, String kind) {
            return kind.isEmpty() || WITHOUT_SCALE.contains(kind)
                    ? Optional.empty()
                    : Optional.of(new Kind(apiVersion, kind));
        }

        /** Argo's, of any version of theirs. */
        boolean isRollout() {
            return word.equals("Rollout") && group().equals("argoproj.io");
        }

        /** Whether Ebb knows how these own their pods; else it goes by their scale's selector. */
        boolean isKnown() {
            return apiVersion.equals(APPS) || isRollout();
        }

        /** Empty for the core's. */
        String group() {
            int slash = apiVersion.indexOf('/');
            return slash < 0 ? "" : apiVersion.substring(0, slash);
        }
    }

    /** For sentences: {@code the Deployment shop}. */
    String words() {
        return "the " + kind.word() + " " + name;
    }
}
