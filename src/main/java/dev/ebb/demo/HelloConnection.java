package dev.ebb.demo;

import static dev.ebb.demo.HelloRequest.bytes;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection to a hello instance: reads requests, works, answers, one after the other. Run by a
 * thread of its own; {@link #drain} and {@link #close} may be called by any other.
 */
final class HelloConnection implements Runnable {
    private static final long MOST_CHUNKS = 100_000;

    private final Socket socket;
    private final HelloService service;
    private final AtomicBoolean busy = new AtomicBoolean();

    HelloConnection(Socket socket, HelloService service) {
        this.socket = socket;
        this.service = service;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 4096);
            OutputStream out = socket.getOutputStream();
            while (answerNext(in, out)) {
                busy.set(false);
                if (service.isDraining()) {
                    socket.shutdownInput();
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // The client went away, or sent no HTTP: there is nobody to tell.
        } finally {
            busy.set(false);
            service.ended(this);
        }
    }

    /** Ends the connection once it is idle: what was sent already is still read and answered. */
    void drain() {
        if (!busy.get()) {
            try {
                socket.shutdownInput();
            } catch (IOException e) {
                close();
            }
        }
    }

    boolean isBusy() {
        return busy.get();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private boolean answerNext(BufferedInputStream in, OutputStream out) throws IOException {
        Optional<HelloRequest> next =
                HelloRequest.read(in, () -> busy.set(true), () -> sayContinue(out));
        if (next.isEmpty()) {
            return false;
        }
        HelloRequest request = next.get();
        if (request.path().equals("/health")) {
            boolean warm = service.isWarm();
            String text = warm ? "warm\n" : "warming\n";
            return answer(out, request, warm ? "200 OK" : "503 Service Unavailable", text);
        }
        work(request);
        long chunks = Math.min(MOST_CHUNKS, request.asked("chunks", 0));
        if (chunks > 0) {
            return stream(out, request, chunks);
        }
        return answer(out, request, "200 OK", "Hello from " + service.name() + ".\n");
    }

    private void work(HelloRequest request) throws IOException {
        CpuBurner.burn(request.asked("cpu-us", service.options().cpuMicros()) * 1_000);
        pause(request.asked("wait-ms", service.options().waitMillis()));
    }

    private static void pause(long millis) throws IOException {
        if (millis <= 0) {
            return;
        }
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private boolean answer(OutputStream out, HelloRequest request, String status, String text)
            throws IOException {
        boolean last = isLast(request);
        String head = head(request, status, last) + "Content-Length: " + text.length();
        boolean bodiless = request.method().equals("HEAD");
        out.write(bytes(head + "\r\n\r\n" + (bodiless ? "" : text)));
        out.flush();
        return !last;
    }

    /** The answer in chunks, {@code gap-ms} apart, each written for itself. */
    private boolean stream(OutputStream out, HelloRequest request, long chunks) throws IOException {
        boolean last = isLast(request);
        out.write(bytes(head(request, "200 OK", last) + "Transfer-Encoding: chunked\r\n\r\n"));
        long gap = request.asked("gap-ms", 0);
        for (long i = 1; i <= chunks; i++) {
            String line = service.name() + " " + i + "\n";
            out.write(bytes(Integer.toHexString(line.length()) + "\r\n" + line + "\r\n"));
            out.flush();
            pause(i < chunks ? gap : 0);
        }
        out.write(bytes("0\r\n\r\n"));
        out.flush();
        return !last;
    }

    private boolean isLast(HelloRequest request) {
        return request.wantsClose() || service.isDraining();
    }

    private String head(HelloRequest request, String status, boolean last) {
        var head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        head.append("Content-Type: text/plain\r\nX-Instance: ").append(service.name());
        String id = request.headers().get("x-request-id");
        if (id != null) {
            head.append("\r\nX-Request-Id: ").append(id);
        }
        return head.append(last ? "\r\nConnection: close\r\n" : "\r\n").toString();
    }

    private static void sayContinue(OutputStream out) {
        try {
            out.write(bytes("HTTP/1.1 100 Continue\r\n\r\n"));
            out.flush();
        } catch (IOException e) {
            // The next read says so again.
        }
    }
}
