package io.persist.store;

import java.io.IOException;

/** A store failed. Whether the operation had an effect is known only for {@link Determinate}. */
public abstract sealed class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    private StoreException(String message) {
        super(message);
    }

    /** The operation certainly had no effect. */
    public static final class Determinate extends StoreException {
        private static final long serialVersionUID = 1L;

        public Determinate(String message) {
            super(message);
        }

        public Determinate(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The operation may have had an effect, or may still have one. */
    public static final class Indeterminate extends StoreException {
        private static final long serialVersionUID = 1L;

        public Indeterminate(String message) {
            super(message);
        }

        public Indeterminate(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
