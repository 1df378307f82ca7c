package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProjectsTest extends LoginTest {
    private Answer put(String name, String token) throws Exception {
        return send("PUT", "/api/v1/projects/" + name, token, null);
    }

    private List<String> names(String query, String token) throws Exception {
        return get("/api/v1/projects" + query, token)
                .json()
                .get("items")
                .valueStream()
                .map(project -> project.get("name").asString())
                .toList();
    }

    @Test
    void anOperatorOfEverythingMakesAProjectOnce() throws Exception {
        assertThat(put("vision", bootstrap()).status()).isEqualTo(201);
        Answer again = put("vision", bootstrap());
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("name").asString()).isEqualTo("vision");
        assertThat(put("speech", token("olga", "vision", "operator")).status()).isEqualTo(403);
    }

    @Test
    void aNameThatCannotBeIsRefusedWithItsRule() throws Exception {
        for (String name : List.of("Vision", "-a", "a".repeat(64), "a_b", "*")) {
            Answer answer = put(name, bootstrap());
            assertThat(answer.status()).as(name).isEqualTo(400);
            assertThat(answer.json().get("violations").get(0).get("message").asString())
                    .startsWith("must be 1 to 63 lower-case letters");
        }
    }

    @Test
    void callersSeeTheirProjectsInPages() throws Exception {
        put("speech", bootstrap());
        put("vision", bootstrap());

        assertThat(names("", bootstrap())).containsExactly("default", "speech", "vision");
        String some = token("rita", Map.of("vision", "viewer", "default", "researcher"));
        assertThat(names("", some)).containsExactly("default", "vision");
        Answer first = get("/api/v1/projects?limit=1", some);
        assertThat(names("?limit=1&cursor=" + first.json().get("nextCursor").asString(), some))
                .containsExactly("vision");
    }
}
