-- Who may speak to the API: tokens of people and programs, and what each may do.

CREATE TABLE api_token (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  subject       text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  secret_sha256 char(64) NOT NULL UNIQUE,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL,
  last_used_at  timestamptz,
  revoked_at    timestamptz,
  revoked_by    text,
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
COMMENT ON COLUMN api_token.subject IS 'in whose name its holder acts: submitters and the audit show it';
COMMENT ON COLUMN api_token.secret_sha256 IS 'the secret has at least 256 random bits, so it needs no salt and no slow hash';
COMMENT ON COLUMN api_token.expires_at IS 'database time';
COMMENT ON COLUMN api_token.last_used_at IS 'to within some minutes, so that reading does not write each time';
-- The tokens of one person, newest first.
CREATE INDEX api_token_by_subject ON api_token (subject, id DESC);

CREATE TABLE api_token_role (
  token_id   bigint NOT NULL REFERENCES api_token,
  project_id bigint REFERENCES project,
  role       text NOT NULL CHECK (role IN ('VIEWER', 'RESEARCHER', 'OPERATOR')),
  UNIQUE NULLS NOT DISTINCT (token_id, project_id)
);
COMMENT ON COLUMN api_token_role.project_id IS 'null: every project, those to come included';
