package broken.sim;

/** Something that adapters must not import. */
public final class World {}
