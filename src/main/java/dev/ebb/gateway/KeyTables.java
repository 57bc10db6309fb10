package dev.ebb.gateway;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.KeyTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the services whose requests are placed by keys: each is made once for all event
 * loops, from the one before, by the thread that publishes snapshots, so that no request waits for
 * it. For that thread only.
 */
final class KeyTables {
    private final boolean[] wanted;
    private final @Nullable KeyTable[] tables;

    KeyTables(List<GatewayService> services) {
        wanted = new boolean[services.size()];
        tables = new KeyTable[services.size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = services.get(i).balance().affinity().hash().isPresent();
        }
    }

    /** Null for a service that has no use for one. */
    @Nullable KeyTable of(int service, EndpointSnapshot snapshot) {
        if (wanted[service]) {
            tables[service] = KeyTable.of(snapshot, tables[service]);
        }
        return tables[service];
    }
}
