-- +goose Up
CREATE TABLE questionnaires (
    hash    text        NOT NULL PRIMARY KEY,
    id      text        NOT NULL,
    version text        NOT NULL,
    archive bytea       NOT NULL,
    created timestamptz NOT NULL
);

-- json, not jsonb: answers and outcome come back byte for byte as they were saved.
-- The fill factor leaves room on the page, so that saving an answer touches no index.
CREATE TABLE responses (
    id                    text        NOT NULL PRIMARY KEY,
    code_hash             bytea       NOT NULL,
    questionnaire_id      text        NOT NULL,
    questionnaire_version text        NOT NULL,
    questionnaire_hash    text        NOT NULL REFERENCES questionnaires (hash),
    status                text        NOT NULL CHECK (status IN ('draft', 'completed', 'withdrawn')),
    clinic_id             text,
    answers               json        NOT NULL,
    confirmed             json        NOT NULL,
    outcome               json,
    revision              bigint      NOT NULL CHECK (revision >= 0),
    created               timestamptz NOT NULL,
    updated               timestamptz NOT NULL,
    completed             timestamptz,
    expires               timestamptz
) WITH (fillfactor = 70);

CREATE INDEX responses_code_hash ON responses (code_hash);
CREATE INDEX responses_expires ON responses (expires) WHERE status = 'draft' OR clinic_id IS NULL;
