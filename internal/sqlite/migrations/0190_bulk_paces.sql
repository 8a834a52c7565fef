-- When the last of what a call on many objects had sent again goes, by the caller's own name of the call: the same name goes on behind it, so that
-- pages of a list keep the pace together. What has passed is of no use any more.
CREATE TABLE bulk_paces (
  consumer    INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind = 'RETRY' OR kind = 'REPLAY'),
  until       INTEGER NOT NULL,
  PRIMARY KEY (consumer, name, kind)
) STRICT, WITHOUT ROWID;
