package dev.ebb.core;

/**
 * That a service is to have a share of the instances of another one, which calls it.
 *
 * @param service the caller
 * @param ratio instances for each of the caller's; above 0
 */
public record NotBelow(ServiceName service, double ratio) {
    public NotBelow {
        if (!(ratio > 0) || ratio > 1000) {
            throw new IllegalArgumentException("no such ratio: " + ratio);
        }
    }
}
