package broken.control;

/** Something that inner rooms must not import. */
public final class Loop {}
