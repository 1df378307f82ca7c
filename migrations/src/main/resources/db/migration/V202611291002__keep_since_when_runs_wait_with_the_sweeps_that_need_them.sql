-- Waiting raises a sweep from when it has something to claim: what became READY first says when that was, and the head of its queue,
-- which may be READY for a moment only, does not.

ALTER TABLE sweep_run ADD COLUMN not_before timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN sweep_run.not_before IS 'of the run: written with every change of its state; while it is READY, since when it may be claimed';
UPDATE sweep_run n SET not_before = r.not_before FROM run r WHERE r.id = n.run_id AND n.ready;
-- Ageing: since when a sweep has something to claim.
CREATE INDEX sweep_run_waiting ON sweep_run (resource_class, sweep_id, not_before) WHERE ready;
