package io.bitfrontier.service.sweep.web;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import io.bitfrontier.service.testing.ServiceTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

/** Sends sweep documents to the REST API of a service whose tables are empty at first. */
@ServiceTest
abstract class SweepApiFixture {
    static final String GRID = """
            grid:
              model: [tiny-17k]
              tokens: [102400, 204800]
              precision: [2, 16]
              scheme: [ptq, fp-then-qat]
            """;

    @Autowired
    MockMvc http;

    @Autowired
    JdbcClient jdbc;

    static String sweep(String name, String rest) {
        return "apiVersion: bitfrontier/v1\nname: " + name + "\n" + rest;
    }

    final ResultActions send(String path, String document) throws Exception {
        return http.perform(post(path)
                .contentType(MediaType.parseMediaType("application/yaml"))
                .content(document));
    }

    final long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
