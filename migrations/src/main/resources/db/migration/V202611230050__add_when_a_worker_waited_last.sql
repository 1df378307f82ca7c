-- Silence begins when a worker could speak: one that waited for hours has only just begun when it runs.

ALTER TABLE worker ADD COLUMN waited_at timestamptz;
COMMENT ON COLUMN worker.waited_at IS 'when it was last seen waiting for the platform to start it, to within some seconds; null if never';
