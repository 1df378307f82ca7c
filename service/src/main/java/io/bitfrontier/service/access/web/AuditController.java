package io.bitfrontier.service.access.web;

import io.bitfrontier.api.AuditApi;
import io.bitfrontier.api.model.AuditEntry;
import io.bitfrontier.api.model.AuditPage;
import io.bitfrontier.service.access.AuditRows;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.paging.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AuditController implements AuditApi {
    private final AuditRows rows;

    AuditController(AuditRows rows) {
        this.rows = rows;
    }

    @Override
    @Needs(value = Role.OPERATOR, on = On.EVERY_PROJECT)
    public ResponseEntity<AuditPage> listAudit(@Nullable String caller, @Nullable String cursor, Integer limit) {
        List<AuditRows.Entry> found = rows.page(caller, Cursor.number(cursor, Long.MAX_VALUE), limit + 1);
        AuditPage page = new AuditPage();
        page.setItems(
                Cursor.page(found, limit).stream().map(AuditController::entry).toList());
        page.setNextCursor(Cursor.next(found, limit, entry -> Cursor.of(entry.id())));
        return ResponseEntity.ok(page);
    }

    private static AuditEntry entry(AuditRows.Entry entry) {
        AuditEntry answer = new AuditEntry();
        answer.setId(entry.id());
        answer.setAt(AccessAnswers.utc(entry.at()));
        answer.setCaller(entry.caller());
        answer.setCredential(entry.credential());
        answer.setMethod(entry.method());
        answer.setRoute(entry.route());
        answer.setOperation(entry.operation());
        answer.setProject(entry.project());
        answer.setSubject(entry.subject());
        answer.setOutcome(AuditEntry.OutcomeEnum.fromValue(entry.outcome().name()));
        answer.setStatus(entry.status());
        return answer;
    }
}
