-- Lists are sorted without regard to accents as well: folded is what hub.Filed makes of a name. Records keep theirs, by which pickers search.
UPDATE groups SET folded = filed(description);
UPDATE consumers SET folded = filed(name);
UPDATE integrations SET folded = filed(name);
UPDATE flows SET folded = filed(description);
UPDATE events SET folded = filed(description);
