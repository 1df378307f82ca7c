package io.bitfrontier.service.system;

import io.bitfrontier.service.failpoint.FailPoint;
import java.time.Duration;
import java.util.Optional;

/**
 * A Bitfrontier of several service replicas over one database, and what can be done to it. Workers are named as their platform
 * names them: a process number, a pod.
 */
interface Plant {
    /** How many service replicas there are; they are numbered from 0. */
    int services();

    /** As kill -9 does. */
    void killService(int service) throws Exception;

    /** Starts a replica that has ended, and waits until it is ready. */
    void startService(int service) throws Exception;

    /** Restarts a replica so that it ends itself at the point, the first time it comes there. */
    void armService(int service, FailPoint point) throws Exception;

    /** Whether the replica's process lives. */
    boolean isAlive(int service);

    /** A worker with an attempt, from one of the replicas; waits a little for one. */
    Optional<BusyWorker> aBusyWorker(int service) throws Exception;

    /** A worker, the attempt it is at and how it is found. */
    record BusyWorker(String name, long attempt) {}

    /** As kill -9 does. */
    void killWorker(String worker) throws Exception;

    /** As SIGSTOP does. */
    void freezeWorker(String worker) throws Exception;

    /** As SIGCONT does; harmless where it is not frozen or no more. */
    void thawWorker(String worker) throws Exception;

    /** Whether the attempt has not ended. */
    boolean isRunning(long attempt);

    /** Writes of the attempt that were refused after it had ended. */
    long refusedWrites(long attempt);

    /** Nothing passes between a replica and its workers any more. */
    void cutOffWorkersOf(int service) throws Exception;

    void reconnectWorkersOf(int service) throws Exception;

    /** Kill -9 of the database and of what would start it again. */
    void killDatabase() throws Exception;

    void startDatabase() throws Exception;

    /** How long the database stays away. */
    Duration outage();

    /** Sets the wall clock of a replica's process that far from the true time. */
    void jumpClock(int service, Duration offset) throws Exception;

    /** Makes a replica's wall clock one that can be set; it is started anew. */
    void makeClockSettable(int service) throws Exception;
}
