package io.bitfrontier.cli.api;

import io.bitfrontier.cli.CommandFailedException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A successful answer.
 *
 * @param status the HTTP status, 2xx
 * @param body the text exactly as it came
 */
public record Answer(int status, String body) {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** The body read as JSON of this form; fields that this version does not know are ignored. */
    public <T> T as(Class<T> type) {
        try {
            return MAPPER.readValue(body, type);
        } catch (JacksonException e) {
            throw new CommandFailedException(
                    "The answer is not the " + type.getSimpleName().toLowerCase(java.util.Locale.ROOT)
                            + " that the API promises: " + e.getOriginalMessage(),
                    e);
        }
    }
}
