package dev.ebb.sim.balancer;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.KeyTable;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many keys change their instance when one of n goes, and how even the parts are: Ebb's table
 * beside the ways of others. At least 1/n of the keys must move; the rest move for nothing.
 */
final class Movement {
    private static final ServiceName SERVICE = new ServiceName("sim");
    private static final int KEYS = 100_000;
    private static final int MAGLEV_SLOTS = 65_537;

    private Movement() {}

    /** Which instance, by its ordinal, each of the keys belongs to. */
    interface Way {
        int[] places(List<Integer> instances);
    }

    /**
     * @param moved share of the keys that move, in the mean over all that may go
     * @param most the largest part over the mean part
     */
    record Figures(double moved, double most) {}

    static Map<String, Way> ways() {
        Map<String, Way> ways = new TreeMap<>();
        ways.put("1 Ebb's table", Movement::table);
        ways.put("2 Maglev, 65537 slots", Movement::maglev);
        ways.put("3 ring, 160 points each", all -> ring(all, 160));
        ways.put("4 hash modulo n", Movement::modulo);
        return ways;
    }

    static Figures of(Way way, int instances) {
        List<Integer> all = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            all.add(i);
        }
        int[] before = way.places(all);
        double moved = 0;
        int tried = Math.min(instances, 10);
        for (int gone = 1; gone <= tried; gone++) {
            List<Integer> left = new ArrayList<>(all);
            left.remove(Integer.valueOf(gone));
            int[] after = way.places(left);
            for (int key = 0; key < KEYS; key++) {
                moved += before[key] == after[key] ? 0 : 1;
            }
        }
        var parts = new HashMap<Integer, Integer>();
        for (int place : before) {
            parts.merge(place, 1, Integer::sum);
        }
        int most = parts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return new Figures(moved / tried / KEYS, (double) most * instances / KEYS);
    }

    private static long key(int number) {
        return Hashing.of("key-" + number);
    }

    private static int[] table(List<Integer> instances) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int ordinal : instances) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(SERVICE, ordinal),
                            "sim",
                            ordinal,
                            EndpointRole.ACTIVE,
                            1,
                            Endpoint.NO_RAMP));
        }
        KeyTable table = KeyTable.of(new EndpointSnapshot(SERVICE, 1, endpoints), null);
        var places = new int[KEYS];
        for (int i = 0; i < KEYS; i++) {
            places[i] = table.instance(key(i)).orElseThrow().ordinal();
        }
        return places;
    }

    /** Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", 2016, 3.4. */
    private static int[] maglev(List<Integer> instances) {
        int n = instances.size();
        var owners = new int[MAGLEV_SLOTS];
        var next = new int[n];
        int filled = 0;
        while (true) {
            for (int i = 0; i < n; i++) {
                String name = "sim-" + instances.get(i);
                long offset = Long.remainderUnsigned(Hashing.of(name), MAGLEV_SLOTS);
                long skip = 1 + Long.remainderUnsigned(Hashing.of(name + "s"), MAGLEV_SLOTS - 1);
                int slot;
                do {
                    slot = (int) ((offset + next[i]++ * skip) % MAGLEV_SLOTS);
                } while (owners[slot] != 0);
                owners[slot] = instances.get(i);
                if (++filled == MAGLEV_SLOTS) {
                    var places = new int[KEYS];
                    for (int k = 0; k < KEYS; k++) {
                        places[k] = owners[(int) Long.remainderUnsigned(key(k), MAGLEV_SLOTS)];
                    }
                    return places;
                }
            }
        }
    }

    private static int[] ring(List<Integer> instances, int points) {
        var ring = new TreeMap<Long, Integer>();
        for (int ordinal : instances) {
            for (int point = 0; point < points; point++) {
                ring.put(Hashing.of("sim-" + ordinal + "-" + point), ordinal);
            }
        }
        var places = new int[KEYS];
        for (int k = 0; k < KEYS; k++) {
            Map.Entry<Long, Integer> at = ring.ceilingEntry(key(k));
            places[k] = (at == null ? ring.firstEntry() : at).getValue();
        }
        return places;
    }

    private static int[] modulo(List<Integer> instances) {
        var places = new int[KEYS];
        for (int k = 0; k < KEYS; k++) {
            places[k] = instances.get((int) Long.remainderUnsigned(key(k), instances.size()));
        }
        return places;
    }
}
