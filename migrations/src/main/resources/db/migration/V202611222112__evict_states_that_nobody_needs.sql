-- Checkpoints of states that nobody needs are removed. The row says that one is going before its files do, in the transaction
-- that makes the state one that is not stored; results are never removed.

CREATE TABLE eviction (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state_id   bigint NOT NULL REFERENCES state,
  uri        text NOT NULL,
  sha256     char(64) NOT NULL,
  bytes      bigint NOT NULL,
  reason     text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  removed_at timestamptz
);
COMMENT ON TABLE eviction IS 'append-only: checkpoints that were removed, with why; without removed_at they are going';
-- Removal: what is going.
CREATE INDEX eviction_going ON eviction (id) WHERE removed_at IS NULL;

ALTER TABLE run
  ADD COLUMN evicted_at timestamptz,
  ADD CHECK (evicted_at IS NULL OR state = 'SUCCEEDED' AND kind = 'train');
COMMENT ON COLUMN run.evicted_at IS 'since when the state that it brought about is not stored any more: it may be planned again';
DROP INDEX run_one_living_generation;
-- A failed, cancelled or evicted run may be planned again: at most one other generation lives or has its result stored.
CREATE UNIQUE INDEX run_one_living_generation ON run (kind, target_state_id, evaluation_version)
  WHERE state NOT IN ('FAILED', 'CANCELLED') AND evicted_at IS NULL;
-- Retention: states with a checkpoint, oldest first.
CREATE INDEX state_stored ON state (id) WHERE stored_at IS NOT NULL;

-- Where the next attempt at a run begins: the newest checkpoint of its earlier attempts, or of those of a cancelled generation of
-- it. What a failed generation left behind may be why it failed.
CREATE FUNCTION resume_checkpoint(run_id bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.id
  FROM run mine
  JOIN run generation ON generation.target_state_id = mine.target_state_id AND generation.kind = mine.kind
    AND (generation.id = mine.id OR generation.state = 'CANCELLED')
  JOIN checkpoint c ON c.run_id = generation.id AND c.tokens >= mine.from_tokens
  WHERE mine.id = $1
  ORDER BY c.tokens DESC, c.attempt_id DESC LIMIT 1
$$;
