package dev.ebb.control;

import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.util.List;

/**
 * Port: answers of a monitoring system to what policies ask. Called by the control thread only, and
 * never waits: whoever implements it asks by itself, and hands over what it has.
 */
public interface QuerySource {
    /** Where nothing is asked. */
    QuerySource NONE = _ -> List.of();

    /**
     * The newest answers, each with its age, and why none came where that is so. A query that has
     * not been answered yet may be left out.
     */
    List<QueryReading> read(ServiceName service);
}
