package dev.ebb.core;

/** What the steps of one decision share. */
record Tick(Policy policy, Observation seen, Assessment assessment, Sizing sizing, Proof proof) {

    Now now() {
        return seen.now();
    }

    boolean observing() {
        return policy.mode() == Policy.Mode.OBSERVE;
    }

    boolean recommending() {
        return policy.mode() == Policy.Mode.RECOMMEND;
    }

    /** Whether nothing is started for load or parked without a person. */
    boolean withholds() {
        return policy.mode() != Policy.Mode.AUTOMATIC;
    }

    /** Why it is withheld. */
    Hold withheld(ServiceState state) {
        return recommending()
                ? new Hold(
                        Reason.of("recommend", "the mode is recommend: a person approves it"),
                        "ebb approve " + state.name())
                : OBSERVING;
    }

    static final Hold OBSERVING =
            new Hold(
                    Reason.of("observe", "the mode is observe: decisions are recorded only"),
                    "mode: automatic");
}
