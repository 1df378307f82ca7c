package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DocsTest {
    private static final Path ROOT = Repository.root();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    @Test
    void everyFolderOfTheReadmesTreeExistsAndNoneIsLeftOut() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String tree = readme.substring(readme.indexOf("## The tree")).split("```")[1];
        List<String> top = new ArrayList<>();
        List<Path> all = new ArrayList<>();
        for (String line : tree.strip().lines().toList()) {
            String name = line.strip().split("\\s+")[0];
            boolean nested = line.startsWith("  ");
            all.add(ROOT.resolve(nested ? top.get(top.size() - 1) : "").resolve(name));
            if (!nested) {
                top.add(name);
            }
        }

        assertThat(all).allSatisfy(path -> assertThat(path).exists());
        try (Stream<Path> folders = Files.list(ROOT)) {
            List<String> there = folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName() + "/")
                    .filter(name -> !name.matches("(\\.git|\\.mvn|\\.idea|\\.vscode|\\.settings|target)/"))
                    .filter(name -> isTracked(ROOT.resolve(name)))
                    .toList();
            assertThat(top).containsAll(there);
        }
    }

    @Test
    void everyLinkIntoTheRepositoryLeadsSomewhere() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(Files.walk(ROOT.resolve("docs")), Files.list(ROOT))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }

        assertThat(pages).hasSizeGreaterThan(5);
        assertThat(pages).allSatisfy(page -> assertThat(
                        LINK.matcher(Files.readString(page)).results())
                .map(match -> match.group(1))
                .filteredOn(link -> URI.create(link).getScheme() == null)
                .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists()));
    }

    @Test
    void theReferenceNamesEveryCommandAndItsOptions() throws IOException {
        String reference = Files.readString(ROOT.resolve("docs/reference/command-line.md"));
        TreeSet<String> names = new TreeSet<>();
        collect(Main.commandLine(Terminal.to(URI.create("http://127.0.0.1:1")).context()), "", names);

        assertThat(names).contains("dataset add", "frontier", "--svg", "--watch");
        assertThat(names).allSatisfy(name -> assertThat(reference).contains("`" + name));
    }

    private static void collect(CommandLine line, String prefix, TreeSet<String> names) {
        line.getSubcommands().forEach((name, command) -> {
            if (command.getSubcommands().isEmpty()) {
                names.add(prefix + name);
            }
            command.getCommandSpec().options().stream()
                    .map(option -> option.longestName())
                    .filter(option -> !option.equals("--help"))
                    .forEach(names::add);
            collect(command, name + " ", names);
        });
    }

    /** A folder that only holds build output or is empty is none of the repository's. */
    private static boolean isTracked(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .anyMatch(file -> !file.toString().contains("/target/"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
