package io.bitfrontier.service.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The role that a route needs, on its controller method. A route without it is closed to everybody; the table in
 * {@code docs/reference/access.md} says the same, and a test compares them.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {
    Role value();

    On on();

    /** On which project the role is needed. */
    enum On {
        /**
         * At least one. What the method lists is restricted to {@link Visibility}, and it checks by {@link Caller#require} what a
         * body names.
         */
        ANY_PROJECT,
        /** Every project, by a role on {@code *}. */
        EVERY_PROJECT,
        /** The one that the path variable {@code project} names. */
        PROJECT,
        /**
         * That of the sweep in the path variable or, without one, the query parameter {@code sweep}; every project where neither
         * names a sweep.
         */
        SWEEP,
        /**
         * Those of the sweeps that need the run in the path variable {@code run}: to read one of them is enough, to change the run
         * all of them are needed.
         */
        RUN
    }
}
