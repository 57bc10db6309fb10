package dev.ebb.demo.view;

/** Shows the demo while it runs. For one thread, but for {@link #close}, which any may call. */
public interface View extends AutoCloseable {

    /** Shows how things stand. Called several times a second. */
    void show(Scene scene);

    /** Leaves the terminal as it was. Harmless when called twice. */
    @Override
    void close();
}
