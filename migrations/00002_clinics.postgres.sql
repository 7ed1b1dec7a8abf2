-- +goose Up
CREATE TABLE clinics (
    id        text      NOT NULL PRIMARY KEY,
    slug      text      NOT NULL,
    name      text      NOT NULL,
    created   timestamptz NOT NULL,
    closed    timestamptz,
    two_steps bool      NOT NULL,
    keep_days bigint    NOT NULL CHECK (keep_days > 0)
);
CREATE UNIQUE INDEX clinics_slug ON clinics (slug);

-- Short names that clinics had: posters with them are about still, so no other clinic gets one.
CREATE TABLE former_slugs (
    slug      text NOT NULL PRIMARY KEY,
    clinic_id text NOT NULL REFERENCES clinics (id)
);

-- password, totp_secret and recovery are what a stranger must not get: hashes, and a secret sealed with the operator's key.
CREATE TABLE accounts (
    id          text      NOT NULL PRIMARY KEY,
    clinic_id   text      NOT NULL REFERENCES clinics (id),
    login       text      NOT NULL,
    name        text      NOT NULL,
    role        text      NOT NULL CHECK (role IN ('reviewer', 'lead', 'admin')),
    status      text      NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    password    text,
    totp_secret bytea,
    totp_step   bigint    NOT NULL DEFAULT 0,
    recovery    json      NOT NULL,
    created     timestamptz NOT NULL,
    signed_in   timestamptz
);
CREATE UNIQUE INDEX accounts_login ON accounts (login);
CREATE INDEX accounts_clinic ON accounts (clinic_id, login);

-- One-time links: who opens one may choose a password. Without an account: the first of the whole server.
CREATE TABLE links (
    token_hash bytea     NOT NULL PRIMARY KEY,
    kind       text      NOT NULL CHECK (kind IN ('first', 'invite', 'reset')),
    account_id text      REFERENCES accounts (id),
    created    timestamptz NOT NULL,
    expires    timestamptz NOT NULL
);
CREATE INDEX links_account ON links (account_id);

CREATE TABLE sessions (
    token_hash bytea     NOT NULL PRIMARY KEY,
    account_id text      NOT NULL REFERENCES accounts (id),
    stage      text      NOT NULL CHECK (stage IN ('code', 'enrol', 'full')),
    data       json      NOT NULL,
    agent      text      NOT NULL,
    network    text      NOT NULL,
    created    timestamptz NOT NULL,
    seen       timestamptz NOT NULL,
    expires    timestamptz NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expires ON sessions (expires);

-- How often something was tried since a moment; keys are hashes, so no names lie here.
CREATE TABLE attempts (
    key   bytea     NOT NULL PRIMARY KEY,
    n     bigint    NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX attempts_since ON attempts (since);

-- Answers and outcome stay in responses; this is what a queue needs, and what the clinic made of it.
CREATE TABLE submissions (
    id        text      NOT NULL PRIMARY KEY,
    clinic_id text      NOT NULL REFERENCES clinics (id),
    code_hash bytea     NOT NULL,
    rank      bigint    NOT NULL CHECK (rank BETWEEN 0 AND 4),
    pattern   text      NOT NULL,
    reason    text      NOT NULL,
    flag      bool      NOT NULL,
    age       text      NOT NULL,
    name      text      NOT NULL,
    born      text      NOT NULL,
    sent      timestamptz NOT NULL,
    withdrawn timestamptz,
    state     text      NOT NULL CHECK (state IN ('received', 'in-review', 'needs-information', 'reviewed', 'set-aside')),
    open      bool      NOT NULL,
    assignee  text      REFERENCES accounts (id),
    opened    timestamptz,
    changed   timestamptz NOT NULL,
    held      bool      NOT NULL,
    revision  bigint    NOT NULL
);
-- For a queue, one for each choice that leaves few of many. All go on with rank, time and id, so that a page reads one stretch
-- of one of them in its order; Staff.queueQuery says how.
CREATE INDEX submissions_open ON submissions (clinic_id, open, rank, sent, id);
CREATE INDEX submissions_state ON submissions (clinic_id, state, rank, sent, id);
CREATE INDEX submissions_age ON submissions (clinic_id, age, open, rank, sent, id);
CREATE INDEX submissions_assignee ON submissions (clinic_id, assignee, open, rank, sent, id) WHERE assignee IS NOT NULL;
CREATE INDEX submissions_nobodys ON submissions (clinic_id, open, rank, sent, id) WHERE assignee IS NULL;
CREATE INDEX submissions_unread ON submissions (clinic_id, open, rank, sent, id) WHERE opened IS NULL AND withdrawn IS NULL;
CREATE INDEX submissions_code ON submissions (clinic_id, code_hash, sent);
CREATE INDEX submissions_born ON submissions (clinic_id, born) WHERE born <> '';
CREATE INDEX submissions_changed ON submissions (clinic_id, changed) WHERE NOT held;

-- The words of names, for search by the beginning of any.
CREATE TABLE submission_names (
    clinic_id     text NOT NULL,
    word          text COLLATE "C" NOT NULL,
    submission_id text NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (clinic_id, word, submission_id)
);
CREATE INDEX submission_names_submission ON submission_names (submission_id);

-- Notes, messages, moves: the history of a submission. Entries are only added; they go when all of the submission goes.
CREATE TABLE entries (
    submission_id text      NOT NULL REFERENCES submissions (id),
    n             bigint    NOT NULL,
    at            timestamptz NOT NULL,
    author        text      NOT NULL,
    name          text      NOT NULL,
    kind          text      NOT NULL CHECK (kind IN ('note', 'message', 'moved', 'taken', 'held', 'freed')),
    text          text      NOT NULL,
    from_state    text      NOT NULL,
    to_state      text      NOT NULL,
    person        text      NOT NULL,
    PRIMARY KEY (submission_id, n)
);

CREATE TABLE audit (
    clinic_id text      NOT NULL REFERENCES clinics (id),
    seq       bigint    NOT NULL CHECK (seq > 0),
    at        timestamptz NOT NULL,
    actor     text      NOT NULL,
    name      text      NOT NULL,
    role      text      NOT NULL,
    action    text      NOT NULL,
    subject   text      NOT NULL,
    detail    text      NOT NULL,
    hash      bytea     NOT NULL,
    PRIMARY KEY (clinic_id, seq)
);
CREATE INDEX audit_subject ON audit (clinic_id, subject, seq);
CREATE INDEX audit_actor ON audit (clinic_id, actor, seq);
CREATE INDEX audit_action ON audit (clinic_id, action, seq);

-- Which submissions a list held that was exported: the event that says so speaks of all of them.
CREATE TABLE listed (
    submission_id text   NOT NULL,
    clinic_id     text   NOT NULL REFERENCES clinics (id),
    seq           bigint NOT NULL,
    PRIMARY KEY (submission_id, seq)
);

-- The last event of each chain: the next one follows it, and a chain cut short does not match it.
CREATE TABLE audit_heads (
    clinic_id text   NOT NULL PRIMARY KEY REFERENCES clinics (id),
    seq       bigint NOT NULL,
    hash      bytea  NOT NULL
);

-- Counts, changed together with what they count, so that nobody has to count rows. day is empty for what stands now.
CREATE TABLE tallies (
    clinic_id text   NOT NULL REFERENCES clinics (id),
    kind      text   NOT NULL,
    day       text   NOT NULL,
    key       text   NOT NULL,
    n         bigint NOT NULL,
    PRIMARY KEY (clinic_id, kind, day, key)
);

-- From now on a response may be meant for a clinic (clinic_id) and not be sent yet (sent).
ALTER TABLE responses ADD COLUMN sent timestamptz;
ALTER TABLE responses ADD COLUMN letter json NOT NULL DEFAULT '{}';
ALTER TABLE responses ADD COLUMN not_me json NOT NULL DEFAULT '[]';
ALTER TABLE responses ADD COLUMN place text NOT NULL DEFAULT '';
DROP INDEX responses_expires;
CREATE INDEX responses_expires ON responses (expires) WHERE sent IS NULL OR status = 'withdrawn';
CREATE INDEX responses_stopped ON responses (clinic_id, updated) WHERE status = 'draft' AND clinic_id IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION only_added();
CREATE TRIGGER audit_is_never_cut BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION only_added();
CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION only_added();
CREATE TRIGGER listed_is_never_changed BEFORE UPDATE ON listed FOR EACH ROW EXECUTE FUNCTION only_added();
