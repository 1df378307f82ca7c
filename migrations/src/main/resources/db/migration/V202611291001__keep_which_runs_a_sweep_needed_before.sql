-- A sweep forgets runs that it needs no more: what is planned again, and what is measured otherwise now. Their logs are what people
-- look for when they retry, so it stays known whose they were. A table of its own, since every hot query reads sweep_run.

CREATE TABLE sweep_past_run (
  run_id   bigint NOT NULL REFERENCES run,
  sweep_id uuid NOT NULL REFERENCES sweep,
  PRIMARY KEY (run_id, sweep_id)
);
COMMENT ON TABLE sweep_past_run IS 'runs that a sweep needed before and needs no more; its project still sees them';
COMMENT ON COLUMN sweep_past_run.run_id IS 'a run that ended before what took its place was planned, or that measured what is measured otherwise now';
COMMENT ON COLUMN sweep_past_run.sweep_id IS 'the sweep that needed it; it may need it again, when it is extended back';
-- What was forgotten before now is known where an attempt ran on the sweep's account.
INSERT INTO sweep_past_run (run_id, sweep_id)
SELECT DISTINCT a.run_id, a.sweep_id FROM attempt a
WHERE a.sweep_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM sweep_run n WHERE n.sweep_id = a.sweep_id AND n.run_id = a.run_id);
