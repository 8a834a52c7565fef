-- The number of the audit log, whose own file takes the place of this one.
SELECT 1;
