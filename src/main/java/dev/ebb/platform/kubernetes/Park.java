package dev.ebb.platform.kubernetes;

/** How pods are taken out of rotation: {@code spec.park}. */
sealed interface Park {

    /** By the readiness gate in the pods' template. */
    record Gate() implements Park {}

    /**
     * By EndpointSlices that Ebb writes for a Service without a selector.
     *
     * @param service in the ServiceScale's namespace
     */
    record Slices(String service) implements Park {}

    /**
     * In the data planes alone: they are told, and an annotation of the pod says so to whoever
     * comes next. Kubernetes goes on taking the pod to be ready.
     */
    record DataPlane() implements Park {}

    /** As the ServiceScale says it. */
    static Park of(String word, String service) {
        return switch (word) {
            case "slices" -> new Slices(service);
            case "dataPlane" -> new DataPlane();
            default -> new Gate();
        };
    }
}
