package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Pods.beingDeleted;
import static io.bitfrontier.service.launch.kubernetes.Pods.disrupted;
import static io.bitfrontier.service.launch.kubernetes.Pods.failed;
import static io.bitfrontier.service.launch.kubernetes.Pods.job;
import static io.bitfrontier.service.launch.kubernetes.Pods.placed;
import static io.bitfrontier.service.launch.kubernetes.Pods.stuck;
import static io.bitfrontier.service.launch.kubernetes.Pods.terminated;
import static io.bitfrontier.service.launch.kubernetes.Pods.unplaced;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.launch.kubernetes.Complaints.Complaint;
import io.bitfrontier.service.launch.kubernetes.WorkerSighting.Limits;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerSightingTest {
    private static final String UNSCHEDULABLE = """
            phase: Pending
            conditions:
            - type: PodScheduled
              status: "False"
              reason: Unschedulable
              message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.'
            """;

    private static final Complaint UNMOUNTABLE = new Complaint(
            "FailedMount",
            "MountVolume.SetUp failed for volume \"artifacts\" : mount failed: exit status 32",
            OffsetDateTime.parse("2026-11-22T20:00:00Z"),
            OffsetDateTime.parse("2026-11-22T20:14:00Z"));

    /** What is reached of the limits: {@code late} for all that has not started, {@code overdueToLeave} for what is to leave. */
    private record Reached(
            boolean late, boolean overdueToLeave, @Nullable Complaint complaint) implements Limits {
        @Override
        public boolean isOverdue(V1Pod pod) {
            return late;
        }

        @Override
        public Optional<Complaint> hindrance(V1Pod pod) {
            return Optional.ofNullable(complaint);
        }

        @Override
        public boolean isOverdue(Complaint hindrance) {
            return late;
        }

        @Override
        public boolean overstays(V1Pod pod) {
            return overdueToLeave;
        }
    }

    private static final Limits NOTHING_REACHED = new Reached(false, false, null);
    private static final Limits STUCK_FOR_LONG = new Reached(true, false, null);
    private static final Limits OUTSTAYED = new Reached(false, true, null);

    @Test
    void aPodWithoutANodeWaitsWithTheSchedulersOwnSentence() {
        assertSeen(
                unplaced(UNSCHEDULABLE),
                Phase.WAITING,
                null,
                "Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.");
        assertSeen(unplaced("phase: Pending"), Phase.WAITING, null, "waits for the scheduler");
        assertSeen(placed("phase: Pending"), Phase.WAITING, null, "is being started on node node-7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ErrImagePull", "ImagePullBackOff", "CreateContainerConfigError", "CreateContainerError"})
    void aContainerThatCannotStartWaitsForAWhileAndIsThenGivenUpAsThePlatforms(String reason) {
        V1Pod pod = placed(stuck(reason, "not found: registry.example/worker:2"));

        assertThat(WorkerSighting.of(pod, null, NOTHING_REACHED))
                .isEqualTo(Sighting.waiting(reason + ": not found: registry.example/worker:2"));
        assertThat(WorkerSighting.of(pod, null, STUCK_FOR_LONG))
                .isEqualTo(new Sighting(
                        Phase.ENDED,
                        OptionalInt.empty(),
                        FailureClass.PLATFORM,
                        "its container could not be started: " + reason + ": not found: registry.example/worker:2"));
    }

    @Test
    void anImageNameThatIsNoneIsGivenUpAtOnce() {
        assertSeen(
                placed(stuck("InvalidImageName", "couldn''t parse image")),
                Phase.ENDED,
                FailureClass.PLATFORM,
                "its container could not be started: InvalidImageName: couldn't parse image");
    }

    @Test
    void anImageThatIsBeingPulledIsNoProblem() {
        V1Pod pod = placed(stuck("ContainerCreating", ""));

        assertThat(WorkerSighting.of(pod, null, STUCK_FOR_LONG).phase()).isEqualTo(Phase.WAITING);
    }

    @Test
    void aPodWhoseVolumesCannotBeMountedSaysSoAndIsGivenUpAfterLong() {
        V1Pod pod = placed(stuck("ContainerCreating", ""));

        assertThat(WorkerSighting.of(pod, null, new Reached(false, false, UNMOUNTABLE)))
                .isEqualTo(Sighting.waiting(
                        "is being started on node node-7: FailedMount: MountVolume.SetUp failed for volume"
                                + " \"artifacts\" : mount failed: exit status 32"));
        Sighting givenUp = WorkerSighting.of(pod, null, new Reached(true, false, UNMOUNTABLE));
        assertThat(givenUp.phase()).isEqualTo(Phase.ENDED);
        assertThat(givenUp.failure()).isEqualTo(FailureClass.PLATFORM);
        assertThat(givenUp.message())
                .isEqualTo(
                        "its container could not be started on node node-7: FailedMount: MountVolume.SetUp failed for volume"
                                + " \"artifacts\" : mount failed: exit status 32");
    }

    @Test
    void eventsAreNotAskedWhereThePodItselfSaysWhatItWaitsFor() {
        Limits limits = new Reached(true, false, UNMOUNTABLE);

        assertThat(WorkerSighting.of(unplaced(UNSCHEDULABLE), null, limits).phase())
                .isEqualTo(Phase.WAITING);
        assertThat(WorkerSighting.of(placed("phase: Running"), null, limits)).isEqualTo(Sighting.of(Phase.RUNNING));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 70, 75, 137, 143})
    void anExitCodeSpeaksForItself(int code) {
        assertThat(seen(placed(terminated(code, "Error")))).isEqualTo(Sighting.ended(code));
    }

    @Test
    void aWorkerThatLeftInOrderIsNoFailureWhateverHappenedAround() {
        assertThat(seen(placed(terminated(0, "Completed")))).isEqualTo(Sighting.ended(0));
        assertThat(seen(placed(terminated(0, "Completed") + disrupted("EvictionByEvictionAPI", "drained"))))
                .isEqualTo(Sighting.ended(0));
        assertThat(seen(placed("phase: Succeeded"))).isEqualTo(Sighting.ended(0));
    }

    @Test
    void aKillForMemoryIsToldFromOtherKills() {
        assertSeen(
                placed(terminated(137, "OOMKilled")),
                Phase.ENDED,
                FailureClass.OUT_OF_MEMORY,
                "it was killed for memory: it may use no more than its limit");
    }

    @Test
    void evictionPreemptionAndDrainAreTheWorkersMisfortune() {
        assertSeen(
                placed(terminated(137, "Error") + disrupted("PreemptionByScheduler", "higher priority")),
                Phase.ENDED,
                FailureClass.PREEMPTED,
                "PreemptionByScheduler: higher priority");
        assertSeen(placed("""
                        phase: Failed
                        reason: Evicted
                        message: 'The node was low on resource: memory.'
                        """), Phase.ENDED, FailureClass.PREEMPTED, "Evicted: The node was low on resource: memory.");
    }

    @Test
    void aWorkerThatWroteMoreThanItMayIsNotPreemptedForEverAgain() {
        assertSeen(
                placed("""
                        phase: Failed
                        reason: Evicted
                        message: 'Usage of EmptyDir volume "scratch" exceeds the limit "2Gi". '
                        """ + disrupted("TerminationByKubelet", "x")),
                Phase.ENDED,
                FailureClass.PLATFORM,
                "Evicted: Usage of EmptyDir volume \"scratch\" exceeds the limit \"2Gi\".");
    }

    @Test
    void aJobPastItsDeadlineIsATimeout() {
        V1Job late = failed("DeadlineExceeded", "Job was active longer than specified deadline");

        Sighting sighting =
                WorkerSighting.of(placed(terminated(137, "Error")), JobSighting.deadline(late, null), NOTHING_REACHED);

        assertThat(sighting.failure()).isEqualTo(FailureClass.TIMEOUT);
        assertThat(sighting.message())
                .isEqualTo("it ran past its deadline: Job was active longer than specified deadline");
        assertThat(JobSighting.deadline(failed("PodFailurePolicy", "x"), null)).isNull();
    }

    @Test
    void aPodThatEndsBeforeTheJobControllerSaysWhyIsATimeoutByItsTimes() {
        V1Job job = job("startTime: 2026-11-22T19:59:00Z");
        job.getSpec().activeDeadlineSeconds(30L);
        // Asked at 19:59:30 to be gone at 20:00:00.
        V1Pod pod = beingDeleted(placed(terminated(75, "Error")));
        pod.getMetadata().setDeletionGracePeriodSeconds(30L);

        assertThat(WorkerSighting.of(pod, JobSighting.deadline(job, pod), NOTHING_REACHED)
                        .failure())
                .isEqualTo(FailureClass.TIMEOUT);

        job.getSpec().activeDeadlineSeconds(31L);
        assertThat(JobSighting.deadline(job, pod)).isNull();
    }

    @Test
    void aPodThatSomebodyDeletesIsPreempted() {
        assertSeen(
                beingDeleted(placed(terminated(137, "Error"))),
                Phase.ENDED,
                FailureClass.PREEMPTED,
                "its pod was deleted");
        assertThat(seen(beingDeleted(placed(terminated(75, "Error"))))).isEqualTo(Sighting.ended(75));
    }

    @Test
    void aSilentNodeProvesNothing() {
        assertThat(seen(placed("phase: Unknown")).phase()).isEqualTo(Phase.MISSING);
        assertThat(seen(placed("phase: Running\nreason: NodeLost")).phase()).isEqualTo(Phase.MISSING);
        assertThat(seen(placed("phase: Running\n" + disrupted("DeletionByTaintManager", "unreachable")))
                        .phase())
                .isEqualTo(Phase.MISSING);
        assertThat(seen(placed("phase: Failed\n" + disrupted("DeletionByPodGC", "node is gone")))
                        .phase())
                .isEqualTo(Phase.MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeletionByTaintManager", "DeletionByPodGC"})
    void aPodThatItsSilentNodeWasToStartWaitsNoLonger(String reason) {
        assertSeen(
                placed(stuck("ContainerCreating", "") + disrupted(reason, "node-7 is unreachable")),
                Phase.MISSING,
                null,
                reason + ": node-7 is unreachable");
        assertThat(seen(placed(stuck("ImagePullBackOff", "x") + disrupted(reason, "unreachable")))
                        .phase())
                .isEqualTo(Phase.MISSING);
    }

    @Test
    void aPodWhoseDeletionItsNodeDoesNotConfirmProvesNothing() {
        for (String status : List.of("phase: Running", "phase: Pending", stuck("ContainerCreating", ""))) {
            V1Pod pod = beingDeleted(placed(status));

            assertThat(WorkerSighting.of(pod, null, NOTHING_REACHED).phase()).isNotEqualTo(Phase.MISSING);
            assertThat(WorkerSighting.of(pod, null, OUTSTAYED))
                    .isEqualTo(WorkerSighting.missing(
                            "its pod was to be gone long ago, and its node does not confirm it"));
        }
        assertThat(WorkerSighting.of(beingDeleted(placed(terminated(75, "Error"))), null, OUTSTAYED))
                .isEqualTo(Sighting.ended(75));
    }

    @Test
    void aNodeThatRefusesAPodProvesThatNothingRuns() {
        assertSeen(
                placed("phase: Failed\nreason: OutOfcpu\nmessage: Node did not have enough resource"),
                Phase.ENDED,
                FailureClass.PLATFORM,
                "its node refused it: OutOfcpu: Node did not have enough resource");
    }

    @Test
    void aRunningPodRuns() {
        assertThat(seen(placed("phase: Running"))).isEqualTo(Sighting.of(Phase.RUNNING));
        assertThat(seen(placed("phase: Running\n" + disrupted("EvictionByEvictionAPI", "drained")))
                        .phase())
                .isEqualTo(Phase.RUNNING);
    }

    @Test
    void aDeletedPodIsGoneOnlyWhereItsDeathIsProven() {
        assertThat(WorkerSighting.ofDeleted(placed("phase: Running"), null).phase())
                .isEqualTo(Phase.MISSING);
        assertThat(WorkerSighting.ofDeleted(placed("phase: Pending"), null).phase())
                .isEqualTo(Phase.MISSING);
        assertThat(WorkerSighting.ofDeleted(unplaced("phase: Pending"), null).phase())
                .isEqualTo(Phase.GONE);
        assertThat(WorkerSighting.ofDeleted(placed(terminated(75, "Error")), null))
                .isEqualTo(Sighting.ended(75));
    }

    @Test
    void aJobWhosePodIsGoneStillTellsTheExitCode() {
        assertThat(JobSighting.of(
                        failed(
                                "PodFailurePolicy",
                                "Container worker for pod training/x failed with exit code 70 matching FailJob rule at index 1"),
                        null))
                .isEqualTo(Sighting.ended(70));
        assertThat(JobSighting.of(job("""
                        conditions:
                        - {type: Complete, status: "True"}
                        """), null)).isEqualTo(Sighting.ended(0));
        assertThat(JobSighting.of(failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"), null))
                .isEqualTo(WorkerSighting.missing(
                        "its Job failed and its pod is gone: Job has reached the specified backoff limit"));
    }

    @Test
    void aJobWithoutAPodSaysWhatItWaitsFor() {
        V1Job queued = job("active: 0");
        queued.getSpec().suspend(true);
        queued.getMetadata().labels(Map.of("kueue.x-k8s.io/queue-name", "research"));

        assertThat(JobSighting.of(queued, null)).isEqualTo(Sighting.waiting("waits to be admitted by queue research"));
        assertThat(JobSighting.of(job("active: 0"), null)).isEqualTo(Sighting.waiting("waits for its pod to be made"));
        assertThat(JobSighting.of(job("active: 0"), "pods \"x\" is forbidden: exceeded quota"))
                .isEqualTo(Sighting.waiting("its pod is refused: pods \"x\" is forbidden: exceeded quota"));
    }

    @Test
    void aSentenceIsOneLineThatPeopleCanRead() {
        assertThat(WorkerSighting.sentence("a\n\n b " + "x".repeat(600)))
                .hasSize(500)
                .startsWith("a b x")
                .endsWith("…");
    }

    private static Sighting seen(V1Pod pod) {
        return WorkerSighting.of(pod, null, NOTHING_REACHED);
    }

    private static void assertSeen(V1Pod pod, Phase phase, @Nullable FailureClass failure, String message) {
        Sighting sighting = seen(pod);
        assertThat(sighting.phase()).isEqualTo(phase);
        assertThat(sighting.failure()).isEqualTo(failure);
        assertThat(sighting.message()).isEqualTo(message);
    }
}
