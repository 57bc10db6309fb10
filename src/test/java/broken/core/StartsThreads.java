package broken.core;

/** Breaks a rule on purpose. */
final class StartsThreads {
    Thread start(Runnable work) {
        return new Thread(work);
    }
}
