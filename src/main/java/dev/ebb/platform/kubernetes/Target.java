package dev.ebb.platform.kubernetes;

import java.util.Optional;

/** The workload that is scaled. Immutable. */
record Target(String namespace, Kind kind, String name) {

    /** Those that Ebb scales. */
    enum Kind {
        DEPLOYMENT("Deployment"),
        REPLICA_SET("ReplicaSet");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As Kubernetes spells it. */
        String word() {
            return word;
        }

        /** Empty for what Ebb does not scale. */
        static Optional<Kind> of(String apiVersion, String kind) {
            if (!apiVersion.equals("apps/v1")) {
                return Optional.empty();
            }
            return switch (kind) {
                case "Deployment" -> Optional.of(DEPLOYMENT);
                case "ReplicaSet" -> Optional.of(REPLICA_SET);
                default -> Optional.empty();
            };
        }
    }

    /** For sentences: {@code the Deployment shop}. */
    String words() {
        return "the " + kind.word() + " " + name;
    }
}
