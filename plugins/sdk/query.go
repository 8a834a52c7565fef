package sdk

import (
	"encoding/json"
	"time"
)

// Query asks a source for rows.
type Query struct {
	Action     string
	Parameters json.RawMessage
	// Fields are those wanted; none means all.
	Fields []string
	// Terms are a hint to narrow the rows; the hub filters again.
	Terms []QueryTerm
	// Cursor is where to go on, from an earlier page.
	Cursor string
	// PageSize is the most rows in a page, 0 as the connector thinks best; Limit the most in all, 0 for all.
	PageSize int
	Limit    int64
	// Since and Until bound the time of the rows' last change, if the source knows it; zero is open.
	Since, Until time.Time
}

// QueryTerm is one condition on a row.
type QueryTerm struct {
	Field string
	// Operation is EQUAL, NOT_EQUAL ...; ignore one that you do not know.
	Operation string
	Value     json.RawMessage
}

// Page is some rows of a source.
type Page struct {
	// Rows are objects that fit the action's row schema.
	Rows []json.RawMessage
	// Next is the cursor after this page; empty on the last.
	Next string
	// Total is the number of rows in all, -1 if not known.
	Total int64
}
