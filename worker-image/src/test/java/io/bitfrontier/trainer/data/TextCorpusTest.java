package io.bitfrontier.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCorpusTest {
    private static final int L = 16;

    @TempDir
    Path directory;

    @Test
    void documentsFollowEachOtherInOrderOfNameWithAnEndBehindEach() throws IOException {
        Files.write(directory.resolve("b"), new byte[] {(byte) 0xFF, 0, 65});
        Files.createDirectory(directory.resolve("a"));
        Files.write(directory.resolve("a/empty"), new byte[0]);
        Files.write(directory.resolve("a/x"), new byte[] {1, 2});
        DocumentTokens tokens = DocumentTokens.map(DatasetManifest.documents(directory));

        long[] read = new long[8];
        tokens.read(0, 8, read, 0);

        assertThat(read).containsExactly(257, 1, 2, 257, 255, 0, 65, 257);
        assertThat(tokens.size())
                .isEqualTo(8)
                .isEqualTo(DatasetManifest.of(directory).tokens());
        tokens.read(2, 3, read, 5);
        assertThat(Arrays.copyOfRange(read, 5, 8)).containsExactly(2, 257, 255);
    }

    @Test
    void aLargeDocumentIsReadLikeASmallOne() throws IOException {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        Files.write(directory.resolve("large"), bytes);
        Files.write(directory.resolve("then-small"), new byte[] {7});
        DocumentTokens tokens = DocumentTokens.map(DatasetManifest.documents(directory));

        long[] read = new long[4];
        tokens.read(199_999, 4, read, 0);
        assertThat(read[0]).isEqualTo(199_999 % 251);
        assertThat(read[1]).isEqualTo(257);
        assertThat(read[2]).isEqualTo(7);
        assertThat(read[3]).isEqualTo(257);
        tokens.read(131_071, 1, read, 0);
        assertThat(read[0]).isEqualTo(131_071 % 251);
    }

    /** Every token names its own position, so that a window shows what it touches. */
    private DataSpec positions(int tokens) throws IOException {
        int documents = 10;
        for (int d = 0; d < documents; d++) {
            int from = d * (tokens / documents);
            byte[] bytes = new byte[tokens / documents - 1];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ((from + i) % 251);
            }
            Files.write(directory.resolve("document-" + d), bytes);
        }
        return spec();
    }

    private DataSpec spec() throws IOException {
        return new DataSpec(
                "letters", DatasetManifest.of(directory).sha256(), DataSpec.BYTE_TOKENIZER, 0, directory.toString());
    }

    @Test
    void anEpochTargetsEveryTrainingTokenOnceAndNoHeldOutToken() throws IOException {
        int tokens = 4000;
        DataSpec data = positions(tokens);
        int heldOutFrom = tokens - tokens / 20;
        long windows = (heldOutFrom - 1) / L;
        long[] row = new long[tokens];
        DocumentTokens.map(DatasetManifest.documents(directory)).read(0, tokens, row, 0);
        Set<String> expected = new TreeSet<>();
        for (int w = 0; w < windows; w++) {
            expected.add(Arrays.toString(Arrays.copyOfRange(row, w * L, (w + 1) * L + 1)));
        }
        assertThat((windows + 1) * L)
                .as("the next window would reach into the held-out part")
                .isGreaterThanOrEqualTo(heldOutFrom);

        TokenSource training = TokenSources.open(data, 3, L);
        Set<String> seen = new HashSet<>();
        for (long i = 0; i < windows; i++) {
            seen.add(Arrays.toString(window(training, i)));
        }

        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void heldOutWindowsLieBehindEveryTrainingWindow() throws IOException {
        int tokens = 4000;
        DataSpec data = positions(tokens);
        long[] row = new long[tokens];
        DocumentTokens.map(DatasetManifest.documents(directory)).read(0, tokens, row, 0);

        assertThat(TokenSources.heldOutWindows(data, L)).isEqualTo((200 - 1) / L);
        TokenSource heldOut = TokenSources.openHeldOut(data, L);
        for (int w = 0; w < TokenSources.heldOutWindows(data, L); w++) {
            assertThat(window(heldOut, w)).isEqualTo(Arrays.copyOfRange(row, 3800 + w * L, 3800 + (w + 1) * L + 1));
        }
        assertThatThrownBy(() -> window(heldOut, 12)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aSequenceDependsOnSeedAndIndexAlone() throws IOException {
        DataSpec data = positions(4000);
        long[] together = new long[5 * (L + 1)];
        TokenSources.open(data, 3, L).fill(100, 5, together);
        assertThat(Arrays.copyOfRange(together, 4 * (L + 1), 5 * (L + 1)))
                .isEqualTo(window(TokenSources.open(data, 3, L), 104));
        assertThat(window(TokenSources.open(data, 4, L), 104)).isNotEqualTo(window(TokenSources.open(data, 3, L), 104));
    }

    @Test
    void aDataSetThatChangedAfterItWasRegisteredIsRefusedByName() throws IOException {
        DataSpec data = positions(4000);
        assertThat(TokenSources.open(data, 1, L).vocab()).isEqualTo(259);
        Files.writeString(directory.resolve("document-3"), "something else");

        assertThatThrownBy(() -> TokenSources.open(data, 1, L))
                .isInstanceOf(UnusableDataException.class)
                .hasMessageContaining("data set letters has changed since it was registered");
    }

    @Test
    void aMissingDataSetIsRefusedByName() throws IOException {
        DataSpec data = positions(4000);
        DataSpec moved = new DataSpec(
                data.corpus(),
                data.manifestSha256(),
                data.tokenizer(),
                0,
                directory.resolve("gone").toString());
        assertThatThrownBy(() -> TokenSources.open(moved, 1, L))
                .isInstanceOf(UnusableDataException.class)
                .hasMessageContaining("data set letters cannot be read")
                .hasMessageContaining("gone");
    }

    @Test
    void aDataSetTooSmallForOneHeldOutWindowIsRefusedWithTheBound() throws IOException {
        Files.write(directory.resolve("small"), new byte[319]);
        DataSpec small = spec();
        assertThatThrownBy(() -> TokenSources.open(small, 1, L))
                .isInstanceOf(UnusableDataException.class)
                .hasMessageContaining("has 320 tokens, of which 16 are held out")
                .hasMessageContaining("needs at least 17 held out, which is a data set of 321 tokens");

        Files.write(directory.resolve("small"), new byte[320]);
        DataSpec enough = spec();
        assertThat(TokenSources.heldOutWindows(enough, L)).isEqualTo(1);
        assertThat(TokenSources.open(enough, 1, L).sequenceLength()).isEqualTo(L);
    }

    @Test
    void aDataSetWithoutPathOrWithAnotherTokenizerIsRefused() {
        assertThatThrownBy(() -> TokenSources.open(new DataSpec("letters", "", "bytes/1", 0, null), 1, L))
                .hasMessageContaining("data set letters has no path");
        assertThatThrownBy(() -> TokenSources.open(new DataSpec("letters", "", "bpe/1", 0, "/x"), 1, L))
                .hasMessageContaining("tokenizer bpe/1, this worker has bytes/1");
    }

    private static long[] window(TokenSource source, long index) {
        long[] window = new long[L + 1];
        source.fill(index, 1, window);
        return window;
    }
}
