package dev.ebb.gateway.http2;

import java.util.Arrays;

/** Fields that are kept to be passed on later, in the same order. */
final class HeldFields implements FieldSink {
    private byte[] text = new byte[256];
    private int[] places = new int[8 * 3];
    private int used;
    private int count;

    @Override
    public void field(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int traits) {
        int names = nameTo - nameFrom;
        int values = valueTo - valueFrom;
        if (text.length - used < names + values) {
            text = Arrays.copyOf(text, Math.max(used + names + values, text.length * 2));
        }
        if (count * 3 == places.length) {
            places = Arrays.copyOf(places, places.length * 2);
        }
        System.arraycopy(name, nameFrom, text, used, names);
        System.arraycopy(value, valueFrom, text, used + names, values);
        places[count * 3] = used + names;
        places[count * 3 + 1] = used + names + values;
        places[count * 3 + 2] = traits;
        used += names + values;
        count++;
    }

    void replay(FieldSink to) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            int middle = places[i * 3];
            int end = places[i * 3 + 1];
            to.field(text, at, middle, text, middle, end, places[i * 3 + 2]);
            at = end;
        }
    }
}
