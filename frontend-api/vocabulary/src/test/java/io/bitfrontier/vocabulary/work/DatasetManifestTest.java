package io.bitfrontier.vocabulary.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetManifestTest {
    @TempDir
    Path directory;

    @Test
    void theHashIsOverNameSizeAndContentOfEveryFileInOrderOfName() throws IOException {
        write("b.txt", "bee");
        write("a/c.txt", "");

        DatasetManifest manifest = DatasetManifest.of(directory);

        String empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        String bee = Fingerprint.of("bee");
        assertThat(manifest.sha256())
                .isEqualTo(Fingerprint.of("a/c.txt\0" + "0\0" + empty + "\nb.txt\0" + "3\0" + bee + "\n"));
        assertThat(manifest.files()).isEqualTo(2);
        assertThat(manifest.bytes()).isEqualTo(3);
        assertThat(manifest.tokens()).isEqualTo(5);
    }

    @Test
    void theSameFilesElsewhereHaveTheSameManifest() throws IOException {
        write("one/x", "text");
        write("two/x", "text");
        assertThat(DatasetManifest.of(directory.resolve("one")))
                .isEqualTo(DatasetManifest.of(directory.resolve("two")));
    }

    @Test
    void aChangedByteChangesTheManifest() throws IOException {
        Path file = write("x", "text");
        String before = DatasetManifest.of(directory).sha256();
        Files.writeString(file, "test");
        assertThat(DatasetManifest.of(directory).sha256()).isNotEqualTo(before);
    }

    @Test
    void aSingleFileIsADataSet() throws IOException {
        Path file = write("x", "text");
        assertThat(DatasetManifest.of(file)).isEqualTo(DatasetManifest.of(directory));
    }

    @Test
    void anEmptyDirectoryIsRefused() {
        assertThatThrownBy(() -> DatasetManifest.of(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no file");
    }

    @Test
    void aLinkInTheDirectoryIsRefusedByName() throws IOException {
        Path file = write("x", "text");
        Files.createSymbolicLink(directory.resolve("outside"), file);
        assertThatThrownBy(() -> DatasetManifest.of(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds outside, which is a link");
    }

    @Test
    void aMissingPathIsNamed() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> DatasetManifest.of(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("missing");
    }

    private Path write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
