package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.run.RunStateMachine.Transition;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunStateMachineTest {
    @Test
    void noEventLeavesAFinalState() {
        for (RunState state : RunState.values()) {
            for (RunEvent event : RunEvent.values()) {
                assertThat(state.isFinal() && RunStateMachine.next(state, event).isPresent())
                        .as("%s on %s", state, event)
                        .isFalse();
            }
        }
    }

    @Test
    void everyStateButTheFirstIsReachedAndEveryLivingStateIsLeft() {
        List<Transition> table = RunStateMachine.table();
        for (RunState state : RunState.values()) {
            assertThat(state == RunState.PLANNED || table.stream().anyMatch(t -> t.to() == state))
                    .isTrue();
            assertThat(state.isFinal() || table.stream().anyMatch(t -> t.from() == state))
                    .isTrue();
        }
    }

    @Test
    void aDuplicateRowAndAWayOutOfAFinalStateAreRejected() {
        Transition cancel = new Transition(RunState.READY, RunEvent.CANCELLED, RunState.CANCELLED);
        assertThatThrownBy(() -> RunStateMachine.index(List.of(cancel, cancel))).hasMessageContaining("twice");
        Transition revive = new Transition(RunState.FAILED, RunEvent.RETRIED, RunState.READY);
        assertThatThrownBy(() -> RunStateMachine.index(List.of(revive))).hasMessageContaining("final");
    }

    @Test
    void everyFailureClassHasItsBudgetAndItsWait() {
        assertThat(RetryRules.of(FailureClass.USER).allows(1)).isFalse();
        assertThat(RetryRules.of(FailureClass.DIVERGENCE).allows(1)).isFalse();
        assertThat(RetryRules.of(FailureClass.PLATFORM).allows(3)).isTrue();
        assertThat(RetryRules.of(FailureClass.PLATFORM).allows(4)).isFalse();
        assertThat(RetryRules.of(FailureClass.PREEMPTED).allows(1_000_000)).isTrue();
        assertThat(RetryRules.of(FailureClass.LOST).allows(5)).isTrue();
        assertThat(RetryRules.of(FailureClass.LOST).allows(6)).isFalse();
        assertThat(RetryRules.of(FailureClass.OUT_OF_MEMORY).allows(2)).isFalse();
        assertThat(RetryRules.of(FailureClass.TIMEOUT).allows(2)).isFalse();
        assertThat(RetryRules.of(FailureClass.RESULTS_MISSING).allows(3)).isFalse();
        assertThat(RetryRules.of(FailureClass.PLATFORM).wait(2)).isEqualTo(Duration.ofSeconds(10));
        assertThat(RetryRules.of(FailureClass.PLATFORM).wait(60)).isEqualTo(RetryRules.LONGEST_WAIT);
    }
}
