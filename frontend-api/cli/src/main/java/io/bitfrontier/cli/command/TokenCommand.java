package io.bitfrontier.cli.command;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token create}, {@code list}, {@code revoke} and {@code generate}. */
@Command(name = "token", description = "Make, list and revoke API tokens.")
public final class TokenCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private TokenCommand() {}

    /** The command with its subcommands. */
    public static CommandLine in(Context context) {
        return new CommandLine(new TokenCommand())
                .addSubcommand(new Create(context))
                .addSubcommand(new ListAll(context))
                .addSubcommand(new Revoke(context))
                .addSubcommand(new Generate(context));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: create, list, revoke or generate");
    }

    private static String roles(Map<String, String> roles) {
        return roles.entrySet().stream()
                .map(role -> role.getKey() + "=" + role.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Makes an empty file that only its owner may read, before there is a secret that could be lost for want of it. */
    private static void make(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailedException(file + " exists already; name another file, or remove it first", e);
        } catch (IOException e) {
            throw new CommandFailedException(file + " cannot be written", e);
        }
    }

    private static void write(Path file, String secret) {
        try {
            Files.writeString(file, secret + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new CommandFailedException(file + " cannot be written", e);
        }
    }

    @Command(name = "create", description = "Make a token. Its secret is printed, this once.")
    static final class Create extends ServiceCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "What the token is for.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(
                names = "--role",
                paramLabel = "PROJECT=ROLE",
                required = true,
                description = {
                    "viewer, researcher or operator on a project, or on '*' for",
                    "every project. May be given several times."
                })
        private final Map<String, String> roles = new LinkedHashMap<>();

        @Option(
                names = "--subject",
                paramLabel = "WHO",
                description = "In whose name its holder acts (default: your own).")
        private @Nullable String subject;

        @Option(names = "--days", paramLabel = "N", description = "How long it is valid (default 90).")
        private @Nullable Integer days;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "Write the secret into this new file, for its owner's eyes, instead.")
        private @Nullable Path file;

        Create(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Map<String, Object> request = new LinkedHashMap<>();
            request.put("name", name);
            request.put("roles", roles);
            if (subject != null) {
                request.put("subject", subject);
            }
            if (days != null) {
                request.put("days", days);
            }
            if (file != null) {
                make(file);
            }
            Answer answer = made(request);
            Token.Created created = answer.as(Token.Created.class);
            if (file != null) {
                write(file, created.secret());
            }
            return show(answer, () -> {
                Token token = created.token();
                if (file == null) {
                    print(created.secret());
                }
                context()
                        .err()
                        .println("Token " + token.id() + " '" + token.name() + "' of " + token.subject() + ": "
                                + roles(token.roles()) + ", until " + token.expiresAt()
                                + ". The secret is shown this once.");
            });
        }

        private Answer made(Map<String, Object> request) {
            try {
                return api().postJson("/api/v1/tokens", request);
            } catch (RuntimeException e) {
                remove(file);
                throw e;
            }
        }

        private static void remove(@Nullable Path file) {
            try {
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new CommandFailedException(file + " holds no token and cannot be removed", e);
            }
        }
    }

    @Command(name = "list", description = "List your tokens, and those of the projects that you operate.")
    static final class ListAll extends ServiceCommand {
        @Mixin
        private final Paging paging = new Paging();

        ListAll(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Answer answer = api().get("/api/v1/tokens", paging.query());
            return show(answer, () -> {
                Token.Page page = answer.as(Token.Page.class);
                TextTable table = new TextTable("TOKEN>", "NAME", "SUBJECT", "ROLES", "STATE", "EXPIRES", "LAST USED");
                page.items()
                        .forEach(t -> table.row(
                                Long.toString(t.id()),
                                t.name(),
                                t.subject(),
                                roles(t.roles()),
                                t.state(),
                                t.expiresAt(),
                                t.lastUsedAt() == null ? "never" : t.lastUsedAt()));
                table.lines().forEach(this::print);
                Paging.more(page.nextCursor()).ifPresent(this::print);
            });
        }
    }

    @Command(name = "revoke", description = "End a token for good.")
    static final class Revoke extends ServiceCommand {
        @Parameters(index = "0", paramLabel = "TOKEN", description = "Its number.")
        private long token;

        Revoke(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Answer answer = api().put("/api/v1/tokens/" + token + "/revocation");
            return show(answer, () -> {
                Token revoked = answer.as(Token.class);
                print("Token " + revoked.id() + " '" + revoked.name() + "' of " + revoked.subject() + " is revoked.");
            });
        }
    }

    @Command(
            name = "generate",
            description = {
                "Write a fresh operator's secret into a new file, without a service:",
                "for the setting bitfrontier.access.bootstrap-token-file."
            })
    static final class Generate implements Runnable {
        private static final int BYTES = 32;

        @Parameters(index = "0", paramLabel = "FILE", description = "A file that does not exist yet.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        @SuppressWarnings("UnusedVariable")
        private boolean help;

        private final Context context;

        Generate(Context context) {
            this.context = context;
        }

        @Override
        public void run() {
            byte[] bytes = new byte[BYTES];
            new SecureRandom().nextBytes(bytes);
            make(file);
            write(file, "bft_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            context.out().println("Wrote " + file + ", readable by its owner alone");
        }
    }
}
