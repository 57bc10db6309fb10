package dev.ebb.core;

import java.util.List;

/**
 * The first step's result: the state with the new readings in it, what facts have moved, and each
 * instance judged.
 *
 * @param coverage share of the instances in rotation with fresh data, 0 to 1; 1 without any
 */
record Assessment(
        ServiceState state, List<Move> moves, List<Assessed> instances, double coverage) {}
