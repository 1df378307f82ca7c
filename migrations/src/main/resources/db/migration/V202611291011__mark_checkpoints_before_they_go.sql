-- A checkpoint on the way is marked as going before its files go, and its row goes after them: no attempt is given one whose files
-- are being removed, and what a crash leaves is found again.

ALTER TABLE checkpoint ADD COLUMN going_since timestamptz;
COMMENT ON COLUMN checkpoint.going_since IS
  'since when its files are being removed: no attempt is given it any more; null while one may resume from it';
-- Removal: what is going.
CREATE INDEX checkpoint_going ON checkpoint (id) WHERE going_since IS NOT NULL;

-- Where the next attempt at a run begins: the newest checkpoint of its earlier attempts, or of those of a cancelled generation of
-- it, that is not going. What a failed generation left behind may be why it failed.
CREATE OR REPLACE FUNCTION resume_checkpoint(run_id bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.id
  FROM run mine
  JOIN run generation ON generation.target_state_id = mine.target_state_id AND generation.kind = mine.kind
    AND (generation.id = mine.id OR generation.state = 'CANCELLED')
  JOIN checkpoint c ON c.run_id = generation.id AND c.tokens >= mine.from_tokens AND c.going_since IS NULL
  WHERE mine.id = $1
  ORDER BY c.tokens DESC, c.attempt_id DESC LIMIT 1
$$;
