-- A sweep that a limit had stopped begins to wait anew when it goes on, as one that was paused does.

COMMENT ON COLUMN sweep.open_since IS
  'since when it may wait for machines: submitted, resumed, retried, extended or no longer stopped by a limit; waiting raises it in the queue';
