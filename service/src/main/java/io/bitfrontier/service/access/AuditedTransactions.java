package io.bitfrontier.service.access;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Writes the audit row of a request into the first transaction that it commits: there is no change without its row, and no row of a
 * change that was rolled back. A transaction that only reads gets none.
 */
@Component
class AuditedTransactions implements TransactionExecutionListener {
    private final AuditRows rows;

    AuditedTransactions(AuditRows rows) {
        this.rows = rows;
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (!transaction.isReadOnly()) {
            Audit.current().filter(change -> change.writer == null).ifPresent(change -> {
                rows.write(change, AuditRows.Outcome.DONE, null);
                change.writer = transaction;
            });
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure != null) {
            forget(transaction);
        }
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        forget(transaction);
    }

    private static void forget(TransactionExecution transaction) {
        Audit.current().filter(change -> change.writer == transaction).ifPresent(change -> change.writer = null);
    }
}
