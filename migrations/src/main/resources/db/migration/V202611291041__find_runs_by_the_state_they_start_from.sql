-- What waits for a state is asked with every completion, and what goes on from it with every claim. Indexes of PLANNED and of READY
-- runs alone were passed over after a large submission: statistics of before it say that no run is PLANNED, and then the index by
-- state, read from end to end, looks just as cheap.

DROP INDEX run_ready_from_state;
DROP INDEX run_waiting_for_state;
-- Promotion, and the claim by a worker that holds a state: all that starts from it.
CREATE INDEX run_by_start ON run (start_state_id);
