-- What calls made that their callers gave a key: the same call again makes nothing. Kept for a day.
CREATE TABLE made (
  id           INTEGER PRIMARY KEY,
  consumer     INTEGER NOT NULL,            -- who called; it may be gone
  act          TEXT    NOT NULL,            -- such as flowCreate
  name         TEXT    NOT NULL,            -- the caller's own key
  fingerprint  BLOB    NOT NULL,            -- of the input, which may hold secrets: it tells nothing without the key that seals them
  object       INTEGER NOT NULL,            -- what was made; it may be gone
  at           INTEGER NOT NULL,
  UNIQUE (consumer, act, name)
) STRICT;
CREATE INDEX made_at ON made (at);
