package io.bitfrontier.service.dataset.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.json.JsonMapper;

@ServiceTest
class DatasetsTest {
    @Autowired
    private MockMvc http;

    @Autowired
    private BitfrontierSettings settings;

    @Autowired
    private JsonMapper json;

    private Path root = Path.of("");

    @BeforeEach
    void anEmptyRoot() throws IOException {
        root = settings.home().resolve("datasets");
        FileSystemUtils.deleteRecursively(root);
        Files.createDirectories(root);
    }

    private record Request(String name, String path) {}

    private ResultActions add(String name, String path) throws Exception {
        return http.perform(post("/api/v1/datasets")
                .contentType(MediaType.APPLICATION_JSON)
                .content(json.writeValueAsString(new Request(name, path))));
    }

    private Path write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void filesAreRegisteredByTheirContent() throws Exception {
        write("books/a.txt", "hello");
        write("books/b/c.txt", "worlds");

        add("books", "books")
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.name").value("books"))
                .andExpect(jsonPath("$.path")
                        .value(root.toRealPath().resolve("books").toString()))
                .andExpect(jsonPath("$.manifestSha256")
                        .value(DatasetManifest.of(root.resolve("books")).sha256()))
                .andExpect(jsonPath("$.tokenizer").value("bytes/1"))
                .andExpect(jsonPath("$.files").value(2))
                .andExpect(jsonPath("$.bytes").value(11))
                .andExpect(jsonPath("$.tokens").value(13));
        http.perform(get("/api/v1/datasets"))
                .andExpect(jsonPath("$.items.length()").value(1))
                .andExpect(jsonPath("$.items[0].name").value("books"));
    }

    @Test
    void theSameContentIsTheSameDataSetWhereverItLies() throws Exception {
        write("here/a.txt", "hello");
        write("there/a.txt", "hello");
        write("other/a.txt", "other");

        add("books", root.resolve("here").toString()).andExpect(status().isCreated());
        add("books", root.resolve("there").toString()).andExpect(status().isOk());
        add("books", root.resolve("other").toString())
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.code").value("CONFLICT"))
                .andExpect(jsonPath("$.detail").value(startsWith("The data set books has other content")));
    }

    @Test
    void pathsOutsideTheRootsAreRefusedWhetherTheyExistOrNot(@TempDir Path outside) throws Exception {
        Path secret = Files.writeString(outside.resolve("secret.txt"), "secret");
        for (String path : new String[] {
            secret.toString(),
            outside.resolve("nothing").toString(),
            "/etc/passwd",
            "../../../../../../../../etc/passwd"
        }) {
            add("books", path)
                    .andExpect(status().isBadRequest())
                    .andExpect(jsonPath("$.violations.length()").value(1))
                    .andExpect(jsonPath("$.violations[0].path").value("path"))
                    .andExpect(jsonPath("$.violations[0].value").value(path))
                    .andExpect(jsonPath("$.violations[0].message")
                            .value(startsWith("does not exist under the allowed roots: ")))
                    .andExpect(jsonPath("$.violations[0].message").value(containsString(root.toString())));
        }
    }

    @Test
    void linksThatLeadOutOfTheRootsAreRefused(@TempDir Path outside) throws Exception {
        Files.writeString(outside.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createDirectories(root.resolve("inner"));
        Files.createSymbolicLink(root.resolve("inner/link.txt"), outside.resolve("secret.txt"));

        add("books", "link/secret.txt")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].message").value(startsWith("leads out of the allowed roots: ")));
        add("books", "inner")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].message").value(containsString("link.txt, which is a link")));
    }

    @Test
    void namesAndPathsAreCheckedTogether() throws Exception {
        add("Bad Name", "nowhere").andExpect(status().isBadRequest());
        add("synthetic", "nowhere")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations.length()").value(2))
                .andExpect(jsonPath("$.violations[0].message").value("is the name of the built-in language"));
    }

    @Test
    void emptyDataIsRefused() throws Exception {
        Files.createDirectories(root.resolve("empty"));
        write("nothing.txt", "");

        add("books", "empty")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].message").value(containsString("holds no file")));
        add("books", "nothing.txt")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].message").value("holds no byte of text"));
    }

    @Test
    void aSweepMayUseARegisteredDataSet() throws Exception {
        write("books/a.txt", "hello world ".repeat(1000));
        add("books", "books").andExpect(status().isCreated());
        String sweep = """
                apiVersion: bitfrontier/v1
                name: s
                grid: {model: tiny-1M, tokens: 100k, precision: 16}
                data: {corpus: books}
                """;

        String plan = http.perform(post("/api/v1/plans")
                        .contentType(MediaType.parseMediaType("application/yaml"))
                        .content(sweep))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();

        assertThat(json.readTree(plan).get("points").asInt()).isEqualTo(1);
    }
}
