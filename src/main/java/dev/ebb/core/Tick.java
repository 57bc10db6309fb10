package dev.ebb.core;

/** What the steps of one decision share. */
record Tick(Policy policy, Observation seen, Assessment assessment, Sizing sizing, Proof proof) {

    Now now() {
        return seen.now();
    }

    boolean observing() {
        return policy.mode() == Policy.Mode.OBSERVE;
    }

    static final Hold OBSERVING =
            new Hold(
                    Reason.of("observe", "the mode is observe: decisions are recorded only"),
                    "mode: automatic");
}
