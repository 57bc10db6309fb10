package dev.ebb.console;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer of an admin address. */
record Reply(int status, Map<String, String> headers, String body) {
    static Reply json(int status, String body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body + "\n");
    }

    static Reply text(int status, String body) {
        return new Reply(status, Map.of("Content-Type", "text/plain; charset=utf-8"), body);
    }

    static Reply metrics(String body) {
        return new Reply(
                200, Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), body);
    }

    static Reply error(int status, String why) {
        return json(status, Wire.write(Map.of("error", why)));
    }

    static Reply method(String allowed) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Allow", allowed);
        headers.put("Content-Type", "application/json");
        return new Reply(405, headers, Wire.write(Map.of("error", "use " + allowed)) + "\n");
    }
}
