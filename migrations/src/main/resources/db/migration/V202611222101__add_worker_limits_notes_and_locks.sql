-- Workers of several installations and resource classes, and service replicas that take turns.

ALTER TABLE worker
  ADD COLUMN note         text,
  ADD COLUMN output       text,
  ADD COLUMN failure_class text,
  ADD COLUMN runs_claimed integer NOT NULL DEFAULT 0 CHECK (runs_claimed >= 0),
  ADD COLUMN runs_limit   integer NOT NULL DEFAULT 0 CHECK (runs_limit >= 0);
COMMENT ON COLUMN worker.note IS 'what a worker that does not run yet waits for, or why it could not be launched: one sentence';
COMMENT ON COLUMN worker.output IS 'the end of what it printed itself, kept when it ended';
COMMENT ON COLUMN worker.failure_class IS 'why it ended, where that was no ordinary leave';
COMMENT ON COLUMN worker.runs_limit IS 'runs after which it gets no more; 0 for no limit';
-- What the newest worker of a class waits for or died of.
CREATE INDEX worker_newest_of_class ON worker (resource_class, created_at DESC);

ALTER TABLE attempt
  ADD COLUMN deadline_at   timestamptz,
  ADD COLUMN missed_rounds integer NOT NULL DEFAULT 0,
  ADD COLUMN missed_at     timestamptz;
COMMENT ON COLUMN attempt.missed_rounds IS 'reconcile rounds in a row, of any replica, that found the lease passed';
COMMENT ON COLUMN attempt.missed_at IS 'when the last of them did';
COMMENT ON COLUMN attempt.deadline_at IS 'database time after which it has run too long; null for no limit';
-- Reconcile: attempts that have run too long.
CREATE INDEX attempt_deadline ON attempt (deadline_at) WHERE state = 'RUNNING' AND deadline_at IS NOT NULL;

CREATE TABLE installation (
  launcher    text NOT NULL,
  launched_by text NOT NULL,
  compared_at timestamptz NOT NULL,
  PRIMARY KEY (launcher, launched_by)
);
COMMENT ON TABLE installation IS 'when some service last compared the rows of an installation''s workers with what exists';

-- The layout that ShedLock expects.
CREATE TABLE shedlock (
  name       text PRIMARY KEY,
  lock_until timestamp NOT NULL,
  locked_at  timestamp NOT NULL,
  locked_by  text NOT NULL
);
COMMENT ON TABLE shedlock IS 'whose turn it is among replicas; it saves work, nothing that must be right depends on it';
