-- Lists stay fast however many rows there are: an index for each query that people and dashboards repeat.

-- Sweeps, newest first, paged by time and id.
CREATE INDEX sweep_newest ON sweep (created_at DESC, id DESC);
-- A sweep by its name, whatever its project.
CREATE INDEX sweep_by_name ON sweep (name, created_at DESC);
-- Claims and completions change a row of each of these per run: vacuum comes after a share of rows, not after a fifth of all.
ALTER TABLE run SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE sweep_run SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE attempt SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE state SET (autovacuum_vacuum_scale_factor = 0.02);
