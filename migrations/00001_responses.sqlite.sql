-- +goose Up
CREATE TABLE questionnaires (
    hash    text      NOT NULL PRIMARY KEY,
    id      text      NOT NULL,
    version text      NOT NULL,
    archive blob      NOT NULL,
    created timestamp NOT NULL
);

CREATE TABLE responses (
    id                    text      NOT NULL PRIMARY KEY,
    code_hash             blob      NOT NULL,
    questionnaire_id      text      NOT NULL,
    questionnaire_version text      NOT NULL,
    questionnaire_hash    text      NOT NULL REFERENCES questionnaires (hash),
    status                text      NOT NULL CHECK (status IN ('draft', 'completed', 'withdrawn')),
    clinic_id             text,
    answers               text      NOT NULL CHECK (json_valid(answers)),
    confirmed             text      NOT NULL CHECK (json_valid(confirmed)),
    outcome               text      CHECK (json_valid(outcome)),
    revision              bigint    NOT NULL CHECK (typeof(revision) = 'integer' AND revision >= 0),
    created               timestamp NOT NULL,
    updated               timestamp NOT NULL,
    completed             timestamp,
    expires               timestamp
);

CREATE INDEX responses_code_hash ON responses (code_hash);
CREATE INDEX responses_expires ON responses (expires) WHERE status = 'draft' OR clinic_id IS NULL;
