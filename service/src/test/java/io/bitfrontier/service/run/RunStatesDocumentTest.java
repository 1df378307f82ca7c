package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The diagram in the documentation is the table's; {@code -Dbitfrontier.docs.write=true} writes it anew. */
class RunStatesDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/reference/run-states.md");
    private static final String BEGIN = "<!-- run-state-diagram -->\n";
    private static final String END = "<!-- /run-state-diagram -->";

    @ParameterizedTest
    @ValueSource(strings = {"reference/run-states.md", "explanation/exactly-once.md"})
    void theDiagramIsTheTableOfTransitions(String file) throws IOException {
        Path path = Path.of("../docs").resolve(file);
        String document = Files.readString(path);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        assertThat(begin).isGreaterThan(BEGIN.length()).isLessThanOrEqualTo(end);
        if (Boolean.getBoolean("bitfrontier.docs.write")) {
            Files.writeString(path, document.substring(0, begin) + diagram() + document.substring(end));
            return;
        }

        assertThat(document.substring(begin, end)).isEqualTo(diagram());
    }

    @Test
    void everyStateEventAndFailureClassIsExplained() throws IOException {
        String document = Files.readString(DOCUMENT);

        assertThat(Stream.of(RunState.values(), RunEvent.values(), FailureClass.values())
                        .flatMap(Arrays::stream)
                        .map(word -> "\n| `" + ((Enum<?>) word).name() + "` | "))
                .allSatisfy(row -> assertThat(document).contains(row));
    }

    @Test
    void theRetriesAreThoseOfTheRules() throws IOException {
        String document = Files.readString(DOCUMENT);
        for (FailureClass failure : FailureClass.values()) {
            assertThat(document)
                    .containsPattern("\n\\| `" + failure + "` \\| [^|]+ \\| " + retries(failure) + " \\|\n");
        }
    }

    private static String retries(FailureClass failure) {
        int retries = RetryRules.of(failure).retries();
        return switch (retries) {
            case 0 -> "no";
            case 1 -> "once";
            case RetryRules.UNLIMITED -> "always";
            default -> retries + " times";
        };
    }

    private static String diagram() {
        StringBuilder text = new StringBuilder("```mermaid\nstateDiagram-v2\n    [*] --> PLANNED\n    [*] --> READY\n");
        for (RunStateMachine.Transition transition : RunStateMachine.table()) {
            text.append("    ").append(transition.from()).append(" --> ").append(transition.to());
            text.append(": ").append(transition.event()).append('\n');
        }
        for (RunState state : RunState.values()) {
            if (state.isFinal()) {
                text.append("    ").append(state).append(" --> [*]\n");
            }
        }
        return text.append("```\n").toString();
    }
}
