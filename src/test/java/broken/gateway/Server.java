package broken.gateway;

/** Something that other adapters must not import. */
public final class Server {}
