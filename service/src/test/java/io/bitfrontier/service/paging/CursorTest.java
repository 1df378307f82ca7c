package io.bitfrontier.service.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    @Test
    void aNumberComesBack() {
        assertThat(Cursor.number(Cursor.of(4711L), 0)).isEqualTo(4711);
    }

    @Test
    void theFirstPageHasNoCursor() {
        assertThat(Cursor.number(null, -1)).isEqualTo(-1);
        assertThat(Cursor.<String>parse(null, 1, parts -> parts.get(0))).isNull();
    }

    @Test
    void aKeyOfSeveralColumnsComesBack() {
        Instant at = Instant.parse("2026-01-02T03:04:05.678901Z");

        assertThat(Cursor.<List<String>>parse(Cursor.of(at, "ünicode"), 2, parts -> parts))
                .containsExactly(at.toString(), "ünicode");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%%%", "bm90LWEtbnVtYmVy", "MQoy", "1"})
    void aCursorOfAnotherListIsRefused(String cursor) {
        assertThatThrownBy(() -> Cursor.number(cursor, 0))
                .hasMessage("cursor: must be the nextCursor of a page of this list");
    }

    @Test
    void aPageReadWithOneMoreKnowsWhetherAnotherFollows() {
        List<Integer> rows = List.of(1, 2, 3);

        assertThat(Cursor.page(rows, 2)).containsExactly(1, 2);
        assertThat(Cursor.next(rows, 2, Cursor::of)).isEqualTo(Cursor.of(2));
        assertThat(Cursor.page(rows, 3)).containsExactly(1, 2, 3);
        assertThat(Cursor.next(rows, 3, Cursor::of)).isNull();
    }
}
