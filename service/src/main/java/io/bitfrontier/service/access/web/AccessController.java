package io.bitfrontier.service.access.web;

import io.bitfrontier.api.AccessApi;
import io.bitfrontier.api.model.Caller;
import io.bitfrontier.api.model.CreatedToken;
import io.bitfrontier.api.model.NewToken;
import io.bitfrontier.api.model.Token;
import io.bitfrontier.api.model.TokenPage;
import io.bitfrontier.service.access.ApiToken;
import io.bitfrontier.service.access.ApiTokens;
import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.paging.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AccessController implements AccessApi {
    private final ApiTokens tokens;

    AccessController(ApiTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<Caller> getCaller() {
        return ResponseEntity.ok(AccessAnswers.caller(Callers.current()));
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.ANY_PROJECT)
    public ResponseEntity<CreatedToken> createToken(NewToken request) {
        ApiTokens.Created created = tokens.create(
                new ApiTokens.Request(request.getName(), request.getSubject(), request.getRoles(), request.getDays()));
        return ResponseEntity.status(HttpStatus.CREATED).body(AccessAnswers.created(created));
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<TokenPage> listTokens(@Nullable String cursor, Integer limit) {
        List<ApiToken> found = tokens.list(Cursor.number(cursor, Long.MAX_VALUE), limit + 1);
        TokenPage page = new TokenPage();
        page.setItems(
                Cursor.page(found, limit).stream().map(AccessAnswers::token).toList());
        page.setNextCursor(Cursor.next(found, limit, token -> Cursor.of(token.id())));
        return ResponseEntity.ok(page);
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<Token> revokeToken(Long token) {
        return ResponseEntity.ok(AccessAnswers.token(tokens.revoke(token)));
    }
}
