-- Who changed what: one row per request that is not a read, kept for good.

CREATE TABLE audit (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  caller     text NOT NULL,
  credential text NOT NULL,
  method     text NOT NULL,
  route      text NOT NULL,
  operation  text NOT NULL,
  project    text,
  subject    text,
  outcome    text NOT NULL CHECK (outcome IN ('DONE', 'REFUSED', 'FAILED')),
  status     smallint CHECK (status BETWEEN 100 AND 599),
  CHECK (status IS NOT NULL OR outcome = 'DONE')
);
COMMENT ON TABLE audit IS 'append-only; holds no bodies and no secrets';
COMMENT ON COLUMN audit.credential IS 'how the caller was proved: token 3, oidc, bootstrap or local';
COMMENT ON COLUMN audit.route IS 'the path as the contract writes it, with its variables';
COMMENT ON COLUMN audit.project IS 'by name; several of a shared run are separated by commas';
COMMENT ON COLUMN audit.subject IS 'what was changed: sweep 3f…, run 12, data set books';
COMMENT ON COLUMN audit.status IS 'of HTTP; null for a row that was committed together with the change, before the answer was made';
-- What one caller did, newest first.
CREATE INDEX audit_by_caller ON audit (caller, id DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
