-- What is asked of a large sweep again and again, its progress and what failed, is read from its own narrow rows: runs are wide,
-- and looking up fifty thousand of them takes longer than an answer may.

ALTER TABLE sweep_run
  ADD COLUMN state  text NOT NULL DEFAULT 'PLANNED',
  ADD COLUMN tokens bigint NOT NULL DEFAULT 0,
  ADD COLUMN flops  double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN sweep_run.state IS 'of the run: written with every change of it, and settled after a submission';
COMMENT ON COLUMN sweep_run.tokens IS 'that the run trains; 0 where it evaluates';
COMMENT ON COLUMN sweep_run.flops IS 'of the run where it trains; 0 where it evaluates';
UPDATE sweep_run n
   SET state = r.state,
       tokens = CASE WHEN r.kind = 'train' THEN r.to_tokens - r.from_tokens ELSE 0 END,
       flops = CASE WHEN r.kind = 'train' THEN r.flops ELSE 0 END
  FROM run r WHERE r.id = n.run_id;

-- Whether a run is in the queue follows from its state.
DROP INDEX sweep_run_queue;
ALTER TABLE sweep_run DROP COLUMN ready;
ALTER TABLE sweep_run ADD COLUMN ready boolean NOT NULL GENERATED ALWAYS AS (state = 'READY') STORED;
CREATE INDEX sweep_run_queue ON sweep_run (resource_class, sweep_id, critical_path_flops DESC, run_id) WHERE ready;

CREATE INDEX sweep_run_failed ON sweep_run (sweep_id, run_id) WHERE state = 'FAILED';
-- Runs in the middle of their training: what they have done of it is their own.
CREATE INDEX run_under_way ON run (id) WHERE kind = 'train' AND progress_tokens > from_tokens AND state <> 'SUCCEEDED';
