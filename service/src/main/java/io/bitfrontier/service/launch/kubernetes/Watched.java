package io.bitfrontier.service.launch.kubernetes;

import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ListerWatcher;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.cache.Cache;
import io.kubernetes.client.informer.cache.Indexer;
import io.kubernetes.client.informer.impl.DefaultSharedIndexInformer;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Watchable;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects of one type as an informer keeps them, and whether that can be believed. Listing again after an expired watch is the
 * informer's work; knowing that the API server has fallen silent is ours.
 */
final class Watched<T extends KubernetesObject, L extends KubernetesListObject> {
    private static final Logger log = LoggerFactory.getLogger(Watched.class);
    private static final String BY_WORKER = "worker";

    private final String what;
    private final ListerWatcher<T, L> api;
    private final Duration staleAfter;
    private final LongSupplier nanos;
    private final DefaultSharedIndexInformer<T, L> informer;
    private volatile long heard;
    private volatile @Nullable String problem = "nothing has been listed yet";
    private volatile long leaveAloneUntil;
    private volatile boolean stopping;
    private int failures;

    /**
     * @param what the objects in words: {@code Jobs}
     * @param api lists and watches
     * @param staleAfter longest silence after which what was seen is still believed; a watch is opened anew twice as often
     * @param nanos monotonic time
     */
    Watched(
            String what,
            Class<T> type,
            ListerWatcher<T, L> api,
            Duration staleAfter,
            LongSupplier nanos,
            ResourceEventHandler<T> handler) {
        this.what = what;
        this.api = api;
        this.staleAfter = staleAfter;
        this.nanos = nanos;
        this.heard = nanos.getAsLong();
        this.leaveAloneUntil = heard;
        this.informer =
                new DefaultSharedIndexInformer<>(type, new Listening(), 0, new Cache<>(), (any, e) -> failed(e));
        informer.setTransform(object -> {
            object.getMetadata().setManagedFields(null);
            return object;
        });
        informer.addIndexers(Map.of(BY_WORKER, object -> {
            Map<String, String> labels = object.getMetadata().getLabels();
            String worker = labels == null ? null : labels.get(WorkerJob.LABEL_WORKER);
            return worker == null ? List.of() : List.of(worker);
        }));
        informer.addEventHandler(handler);
    }

    void start() {
        informer.run();
    }

    void stop() {
        stopping = true;
        informer.stop();
    }

    /** Why the objects cannot be believed now; empty where they can. */
    Optional<String> problem() {
        String known = problem;
        if (known != null) {
            return Optional.of("cannot watch " + what + ": " + known);
        }
        if (!informer.hasSynced()) {
            return Optional.of("the list of " + what + " is not complete yet");
        }
        long silence = nanos.getAsLong() - heard;
        return silence > staleAfter.toNanos()
                ? Optional.of("nothing was heard of " + what + " for "
                        + Duration.ofNanos(silence).toSeconds() + " s")
                : Optional.empty();
    }

    /** @throws LauncherUnavailableException unless the objects can be believed */
    void requireFresh() {
        problem().ifPresent(reason -> {
            throw new LauncherUnavailableException(reason);
        });
    }

    /** What carries the worker's label. */
    @SuppressWarnings("unchecked")
    List<T> of(String worker) {
        return ((Indexer<T>) informer.getIndexer()).byIndex(BY_WORKER, worker);
    }

    private void heard() {
        heard = nanos.getAsLong();
        failures = 0;
        if (problem != null) {
            problem = null;
            log.info("watching {}", what);
        }
    }

    private void failed(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String reason =
                e instanceof ApiException api ? ApiErrors.sentence(api) : WorkerSighting.sentence(cause.toString());
        if (!stopping && !reason.equals(problem)) {
            log.warn("cannot watch {}: {}", what, reason);
        }
        problem = reason;
        Duration pause = e instanceof ApiException api
                ? ApiErrors.retryAfter(api).orElse(Duration.ofSeconds(1L << Math.min(failures++, 3)))
                : Duration.ofSeconds(1);
        leaveAloneUntil = nanos.getAsLong() + pause.toNanos();
    }

    /** Notes every sign of life, and how long the server wants to be left alone. Called by the informer's one thread. */
    private final class Listening implements ListerWatcher<T, L> {
        @Override
        public L list(CallGeneratorParams params) throws ApiException {
            rest();
            L list = api.list(params);
            heard();
            return list;
        }

        @Override
        public Watchable<T> watch(CallGeneratorParams params) throws ApiException {
            rest();
            params.timeoutSeconds = (int) Math.max(1, staleAfter.toSeconds() / 2);
            try {
                Watchable<T> watch = api.watch(params);
                heard();
                return new Heard(watch);
            } catch (ApiException e) {
                failed(e);
                throw e;
            }
        }

        private void rest() {
            long wait = leaveAloneUntil - nanos.getAsLong();
            if (wait > 0) {
                try {
                    TimeUnit.NANOSECONDS.sleep(wait);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private final class Heard implements Watchable<T> {
        private final Watchable<T> watch;

        Heard(Watchable<T> watch) {
            this.watch = watch;
        }

        @Override
        public boolean hasNext() {
            try {
                return watch.hasNext();
            } catch (RuntimeException e) {
                failed(e);
                throw e;
            }
        }

        @Override
        public Watch.Response<T> next() {
            Watch.Response<T> next = watch.next();
            heard();
            return next;
        }

        @Override
        public Iterator<Watch.Response<T>> iterator() {
            return this;
        }

        @Override
        public void close() throws IOException {
            watch.close();
        }
    }
}
