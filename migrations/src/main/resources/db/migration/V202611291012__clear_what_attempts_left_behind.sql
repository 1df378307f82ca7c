-- Attempts that die while they write leave files that no row names. Each attempt is looked at once, some leases after its end.

ALTER TABLE attempt ADD COLUMN cleared_at timestamptz;
COMMENT ON COLUMN attempt.cleared_at IS
  'when what it had written and not registered was removed, after its end; null until then';
-- Removal: attempts that have ended and were not looked at yet, the earliest first.
CREATE INDEX attempt_uncleared ON attempt (ended_at, id) WHERE cleared_at IS NULL AND ended_at IS NOT NULL;
