-- +goose Up
-- data is what a sign-in with the key is checked against; nothing in it is secret.
CREATE TABLE passkeys (
    id         blob      NOT NULL PRIMARY KEY,
    account_id text      NOT NULL REFERENCES accounts (id),
    name       text      NOT NULL,
    data       text      NOT NULL CHECK (json_valid(data)),
    created    timestamp NOT NULL,
    used       timestamp
);
CREATE INDEX passkeys_account ON passkeys (account_id, created);
