-- +goose Up
-- data is what a sign-in with the key is checked against; nothing in it is secret.
CREATE TABLE passkeys (
    id         bytea       NOT NULL PRIMARY KEY,
    account_id text        NOT NULL REFERENCES accounts (id),
    name       text        NOT NULL,
    data       json        NOT NULL,
    created    timestamptz NOT NULL,
    used       timestamptz
);
CREATE INDEX passkeys_account ON passkeys (account_id, created);
