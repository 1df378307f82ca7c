package io.bitfrontier.planted.run;

import java.time.Instant;
import java.util.Date;

@SuppressWarnings("JavaUtilDate")
class ReadsTheWallClock {
    Instant now() {
        return Instant.now();
    }

    Object date() {
        return new Date();
    }
}
