package io.bitfrontier.service.sweep;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Parses YAML and JSON into {@link DocumentNode}s. Anchors and aliases, duplicate keys, several documents and deep nesting are
 * refused: none has a meaning here, and each is a way to make a small document large or ambiguous.
 */
final class DocumentParser {
    static final String DOCUMENT = "document";

    private static final int DEEPEST = 16;
    private static final ObjectMapper YAML = YAMLMapper.builder().build();
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private DocumentParser() {}

    /**
     * Parses a whole document.
     *
     * @throws ProblemException with one violation that names line and column
     */
    static DocumentNode parse(String text) {
        if (text.isBlank()) {
            throw invalid("is empty");
        }
        if (text.stripLeading().startsWith("{")) {
            try {
                return parse(JSON, text);
            } catch (JacksonException e) {
                return parseYaml(text);
            }
        }
        return parseYaml(text);
    }

    private static DocumentNode parseYaml(String text) {
        try {
            return parse(YAML, text);
        } catch (JacksonException e) {
            String problem = firstLine(e.getOriginalMessage());
            throw invalid("is not readable" + at(e.getLocation()) + ": " + problem);
        }
    }

    private static DocumentNode parse(ObjectMapper mapper, String text) {
        try (JsonParser parser = mapper.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw invalid("is empty");
            }
            DocumentNode node = node(parser, 0);
            if (parser.nextToken() != null) {
                throw invalid("holds a second document" + at(parser.currentTokenLocation()) + "; one is needed");
            }
            return node;
        }
    }

    private static DocumentNode node(JsonParser parser, int depth) {
        if (depth > DEEPEST) {
            throw invalid("is nested deeper than " + DEEPEST + at(parser.currentTokenLocation()));
        }
        if (parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
            throw invalid("has an anchor or alias" + at(parser.currentTokenLocation()) + "; write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser, depth);
            case START_ARRAY -> items(parser, depth);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                new DocumentNode.Scalar(parser.getString(), DocumentNode.Kind.NUMBER);
            case VALUE_TRUE, VALUE_FALSE ->
                new DocumentNode.Scalar(
                        parser.currentToken() == JsonToken.VALUE_TRUE ? "true" : "false", DocumentNode.Kind.BOOLEAN);
            case VALUE_NULL -> new DocumentNode.Scalar("null", DocumentNode.Kind.NULL);
            default -> new DocumentNode.Scalar(parser.getString(), DocumentNode.Kind.TEXT);
        };
    }

    private static DocumentNode fields(JsonParser parser, int depth) {
        Map<String, DocumentNode> values = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            String key = parser.currentName();
            String where = at(parser.currentTokenLocation());
            parser.nextToken();
            if (values.put(key, node(parser, depth + 1)) != null) {
                throw invalid("has the key '" + key + "' twice in one place" + where);
            }
        }
        return new DocumentNode.Fields(values);
    }

    private static DocumentNode items(JsonParser parser, int depth) {
        List<DocumentNode> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(node(parser, depth + 1));
        }
        return new DocumentNode.Items(values);
    }

    private static String at(TokenStreamLocation location) {
        return " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").strip();
    }

    private static ProblemException invalid(String message) {
        return ProblemException.invalid(List.of(new Violation(DOCUMENT, null, message)));
    }
}
