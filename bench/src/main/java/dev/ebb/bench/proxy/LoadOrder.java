package dev.ebb.bench.proxy;

/**
 * One run of the open-loop generator.
 *
 * @param wire h1, tls (HTTP/1.1 in TLS 1.3) or h2 (in TLS 1.3)
 * @param rate requests per second
 */
record LoadOrder(String wire, int port, String path, double rate, int connections, double seconds) {

    boolean secure() {
        return !wire.equals("h1");
    }

    static LoadOrder parse(String line) {
        String[] words = line.trim().split(" +");
        if (words.length != 6 || !words[0].matches("h1|tls|h2")) {
            throw new IllegalArgumentException(
                    "not WIRE PORT PATH RATE CONNECTIONS SECONDS: " + line);
        }
        return new LoadOrder(
                words[0],
                Integer.parseInt(words[1]),
                words[2],
                Double.parseDouble(words[3]),
                Integer.parseInt(words[4]),
                Double.parseDouble(words[5]));
    }
}
