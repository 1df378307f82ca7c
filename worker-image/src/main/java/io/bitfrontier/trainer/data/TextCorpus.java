package io.bitfrontier.trainer.data;

import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import io.bitfrontier.vocabulary.work.DatasetManifest.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A registered text data set as one long row of byte tokens: the documents in order of name, {@link #END_OF_DOCUMENT} behind
 * each. The last twentieth of the tokens is held out. Where it begins depends on the files alone, so that a model trained with
 * one sequence length can be evaluated with another.
 */
final class TextCorpus {
    static final int END_OF_DOCUMENT = 257;

    private static final int HELD_OUT_SHARE = 20;

    /** Manifests already verified by this process, by path and the files' names, sizes and times. */
    private static final ConcurrentHashMap<Listing, String> VERIFIED = new ConcurrentHashMap<>();

    private record Listing(String path, List<String> files) {}

    private final String name;
    private final DocumentTokens tokens;
    private final long heldOutFrom;

    private TextCorpus(String name, DocumentTokens tokens) {
        this.name = name;
        this.tokens = tokens;
        this.heldOutFrom = tokens.size() - heldOut(tokens.size());
    }

    private static long heldOut(long tokens) {
        return (tokens + HELD_OUT_SHARE - 1) / HELD_OUT_SHARE;
    }

    /**
     * Verifies that the files are those that were registered, and maps them.
     *
     * @throws UnusableDataException, naming the data set, if they are not or cannot be read
     */
    static TextCorpus open(DataSpec data) {
        String name = data.corpus();
        String path = data.path();
        if (path == null) {
            throw failure(name, "has no path", null);
        }
        if (!data.tokenizer().equals(DataSpec.BYTE_TOKENIZER)) {
            throw failure(
                    name,
                    "asks for the tokenizer " + data.tokenizer() + ", this worker has " + DataSpec.BYTE_TOKENIZER,
                    null);
        }
        try {
            Path root = Path.of(path);
            List<Document> documents = DatasetManifest.documents(root);
            verify(name, root, documents, data.manifestSha256());
            return new TextCorpus(name, DocumentTokens.map(documents));
        } catch (IOException | IllegalArgumentException e) {
            throw failure(name, "cannot be read: " + e, e);
        }
    }

    /**
     * Training windows in an order that is a function of the seed. Window w is tokens [wL, (w+1)L], all before the held-out ones.
     *
     * @throws UnusableDataException also if there is training text but no window to evaluate on: better said before
     *     hours of training than behind them
     */
    TokenSource training(long seed, int sequenceLength) {
        heldOutWindows(sequenceLength);
        long windows = windows(heldOutFrom, sequenceLength);
        WindowOrder order = new WindowOrder(windows, seed);
        return source(sequenceLength, index -> order.at(index) * sequenceLength);
    }

    /** Held-out windows in order of position. */
    TokenSource heldOut(int sequenceLength) {
        long windows = heldOutWindows(sequenceLength);
        return source(sequenceLength, index -> {
            if (index >= windows) {
                throw new IndexOutOfBoundsException("held-out window " + index + " of " + windows);
            }
            return heldOutFrom + index * sequenceLength;
        });
    }

    /** How many disjoint windows are held out, at least one. */
    long heldOutWindows(int sequenceLength) {
        long heldOut = tokens.size() - heldOutFrom;
        long windows = windows(heldOut, sequenceLength);
        if (windows < 1) {
            throw failure(
                    name,
                    "has " + tokens.size() + " tokens, of which " + heldOut + " are held out; sequenceLength "
                            + sequenceLength + " needs at least " + (sequenceLength + 1)
                            + " held out, which is a data set of " + ((long) HELD_OUT_SHARE * sequenceLength + 1)
                            + " tokens",
                    null);
        }
        return windows;
    }

    /** Windows share a token with their neighbour: the last target of one is the first input of the next. */
    private static long windows(long tokens, int sequenceLength) {
        return (tokens - 1) / sequenceLength;
    }

    private static UnusableDataException failure(String name, String problem, @Nullable Throwable cause) {
        return new UnusableDataException("data set " + name + " " + problem, cause);
    }

    private static void verify(String name, Path root, List<Document> documents, String registered) throws IOException {
        List<String> files = new ArrayList<>();
        for (Document document : documents) {
            files.add(document.name()
                    + '\0'
                    + Files.size(document.path())
                    + '\0'
                    + Files.getLastModifiedTime(document.path()));
        }
        Listing listing = new Listing(root.toRealPath().toString(), files);
        String found = VERIFIED.get(listing);
        if (found == null) {
            found = DatasetManifest.of(root).sha256();
            VERIFIED.put(listing, found);
        }
        if (!found.equals(registered)) {
            throw failure(
                    name,
                    "has changed since it was registered: its manifest is " + found + ", registered is " + registered,
                    null);
        }
    }

    /** Position of a sequence's first token. */
    private interface Start {
        long of(long index);
    }

    private TokenSource source(int sequenceLength, Start start) {
        return new TokenSource() {
            @Override
            public int vocab() {
                return DataSpec.BYTE_VOCAB;
            }

            @Override
            public int sequenceLength() {
                return sequenceLength;
            }

            @Override
            public void fill(long first, int count, long[] into) {
                for (int i = 0; i < count; i++) {
                    tokens.read(start.of(first + i), sequenceLength + 1, into, i * (sequenceLength + 1));
                }
            }
        };
    }
}
