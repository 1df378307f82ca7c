-- READY runs that rest before they are tried again: demand leaves them out of the queue.
CREATE INDEX run_resting ON run (not_before) WHERE state = 'READY';
