package dev.ebb.beside;

/**
 * A time that somebody sets in a cluster, as is customary, and as it is in the comparison: all are
 * divided by one factor, on both sides, so that a run ends in bounded time.
 */
enum Knob {
    PRE_STOP("preStop", Whose.POD, 15, "preStop sleep"),
    GRACE("grace", Whose.POD, 30, "terminationGracePeriodSeconds (Kubernetes' default)"),
    TO_START("toStart", Whose.POD, 30, "until a started pod can answer"),
    PROBE("probe", Whose.POD, 15, "period of the readiness probe"),
    LONG("long", Whose.POD, 60, "a long request"),
    METRICS("metrics", Whose.POD, 15, "resolution of the metrics API (metrics-server's default)"),
    SYNC("sync", Whose.HPA, 15, "sync period (default)"),
    HPA_STABILIZATION("hpaStabilization", Whose.HPA, 300, "scale-down stabilization (default)"),
    POLICY("policyPeriod", Whose.HPA, 15, "period of the scaling policies (default)"),
    CPU_INITIALIZATION("cpuInitialization", Whose.HPA, 300, "CPU initialization period (default)"),
    INITIAL_READINESS("initialReadiness", Whose.HPA, 30, "initial readiness delay (default)"),
    OUT_WINDOW("outWindow", Whose.EBB, 30, "scaleOut.windowSeconds (default)"),
    IN_WINDOW("inWindow", Whose.EBB, 120, "scaleIn.windowSeconds (default)"),
    STABILIZATION("stabilization", Whose.EBB, 300, "scaleIn.stabilizationSeconds (default)"),
    FRESHNESS("freshness", Whose.EBB, 90, "scaleIn.freshnessSeconds (default)"),
    SHORTEST("shortest", Whose.EBB, 60, "trial.shortestSeconds (default)"),
    LONGEST("longest", Whose.EBB, 300, "trial.longestSeconds (default)"),
    SETTLE("settle", Whose.EBB, 60, "drain.settleSeconds (default)"),
    DEADLINE("deadline", Whose.EBB, 600, "drain.deadlineSeconds (default)"),
    XDS_GRACE("xdsGrace", Whose.EBB, 30, "--xds-grace (default)"),
    XDS_QUIET("xdsQuiet", Whose.EBB, 30, "--xds-quiet (default)");

    /** All customary times are multiples of it, so that all scaled ones are whole seconds. */
    static final int FACTOR = 15;

    enum Whose {
        POD("all pods"),
        HPA("HPA"),
        EBB("Ebb");

        final String words;

        Whose(String words) {
            this.words = words;
        }
    }

    /** Its name in the manifests. */
    final String key;

    final Whose whose;
    final int customarySeconds;
    final String words;

    Knob(String key, Whose whose, int customarySeconds, String words) {
        if (customarySeconds % FACTOR != 0) {
            throw new IllegalArgumentException(words + " is no multiple of " + FACTOR);
        }
        this.key = key;
        this.whose = whose;
        this.customarySeconds = customarySeconds;
        this.words = words;
    }

    int seconds() {
        return customarySeconds / FACTOR;
    }
}
