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

    /** As the ServiceScale says it. */
    static Park of(String word, String service) {
        return word.equals("slices") ? new Slices(service) : new Gate();
    }
}
