package io.bitfrontier.service.system;

import java.util.List;
import java.util.Random;

/**
 * A Bitfrontier of several service replicas over one database with its workers, and what can be done to these. Workers are named
 * as their platform names them: a process number, a pod.
 */
interface Plant extends AutoCloseable {
    Replicas replicas();

    /** Waits for workers that are at an attempt and picks one. */
    BusyWorker aBusyWorker(Random random) throws Exception;

    /** A worker and the attempt it is at. */
    record BusyWorker(String name, long attempt) {}

    /** As kill -9 does. */
    void killWorker(String worker) throws Exception;

    /** As SIGSTOP does. */
    void freezeWorker(String worker) throws Exception;

    /** As SIGCONT does; harmless where it is not frozen or no more. */
    void thawWorker(String worker) throws Exception;

    /** Nothing passes between the worker, with all that share its way, and the services any more. */
    void cutOff(String worker) throws Exception;

    /** Workers reach services again. */
    void reconnect();

    /** Workers that have a choice of replicas turn to this one while it lives, until {@link #reconnect}. */
    void sendWorkersTo(int service);

    /** Workers that exist, by name, though no row says that they live. */
    List<String> orphans() throws Exception;

    /** Whatever is down comes up. */
    void heal() throws Exception;
}
