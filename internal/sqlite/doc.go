// Package sqlite keeps everything that Recado knows, and holds all of its SQL.
//
// A data directory is locked while a hub has it open ([Open]). Readers share a pool of read-only connections. All
// writing goes through one connection behind a group-commit writer: callers hand in a function, many functions run in
// one transaction, and each caller is answered after the commit ([DB.Write]). What a function returns as an error
// undoes what that function wrote and nothing else.
//
// The first line of every method that a door can reach asks the [hub.Caller] for the permission. Methods of [Tx] ask
// nobody: they are what the engine composes its transactions of, for the hub itself.
//
// Times are stored as milliseconds since 1970, keys as the integers of package hub, lists and documents as JSON text.
// The SQL avoids what only SQLite has, since PostgreSQL is to be the second home.
package sqlite
