package model

import "github.com/recado-hub/recado/internal/hub"

// Connection is a page of a list as Relay's cursor connections have it.
type Connection[T any] struct {
	page   hub.List[T]
	cursor func(T) string
	after  bool
}

// Edge is an item of a list with its place.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// PageInfo says where a page begins and ends. Cursors are nil on an empty page, save for the end of one from which a search goes on.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// NewConnection shapes a part of a list; key is the key of an item, of which its cursor is made.
func NewConnection[T any](page hub.List[T], asked hub.Page, key func(T) int64) *Connection[T] {
	return NewSorted(page, asked, func(item T) string { return hub.Cursor(key(item)) })
}

// NewSorted shapes a part of a list whose cursors are not made of the key alone.
func NewSorted[T any](page hub.List[T], asked hub.Page, cursor func(T) string) *Connection[T] {
	return &Connection[T]{page: page, cursor: cursor, after: asked.After != ""}
}

// Edges are the items with their cursors.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.page.Items))
	for i, item := range c.page.Items {
		edges[i] = Edge[T]{Cursor: c.cursor(item), Node: item}
	}
	return edges
}

// Nodes are the items.
func (c *Connection[T]) Nodes() []T { return c.page.Items }

// PageInfo says where the page begins and ends.
func (c *Connection[T]) PageInfo() PageInfo {
	info := PageInfo{HasNextPage: c.page.HasNext, HasPreviousPage: c.after}
	if n := len(c.page.Items); n > 0 {
		first, last := c.cursor(c.page.Items[0]), c.cursor(c.page.Items[n-1])
		info.StartCursor, info.EndCursor = &first, &last
	}
	if c.page.End != "" {
		info.EndCursor = &c.page.End
	}
	return info
}

// TotalCount counts the whole list; nil where counting is not offered.
func (c *Connection[T]) TotalCount() (*int, error) {
	if c.page.Total == nil {
		return nil, nil
	}
	n, err := c.page.Total()
	if err != nil {
		return nil, err
	}
	return &n, nil
}

// The connections and edges of the schema.
type (
	GroupConnection         = Connection[*hub.Group]
	GroupEdge               = Edge[*hub.Group]
	ConsumerConnection      = Connection[*hub.Consumer]
	ConsumerEdge            = Edge[*hub.Consumer]
	IntegrationConnection   = Connection[*hub.Integration]
	IntegrationEdge         = Edge[*hub.Integration]
	FlowConnection          = Connection[*hub.Flow]
	FlowEdge                = Edge[*hub.Flow]
	FlowVersionConnection   = Connection[*hub.FlowVersion]
	FlowVersionEdge         = Edge[*hub.FlowVersion]
	EventConnection         = Connection[*hub.Event]
	EventEdge               = Edge[*hub.Event]
	RecordConnection        = Connection[*hub.Record]
	RecordEdge              = Edge[*hub.Record]
	RecordVersionConnection = Connection[*hub.RecordVersion]
	RecordVersionEdge       = Edge[*hub.RecordVersion]
	FieldOptionConnection   = Connection[*hub.FieldOption]
	FieldOptionEdge         = Edge[*hub.FieldOption]
	OccurrenceConnection    = Connection[*hub.Occurrence]
	OccurrenceEdge          = Edge[*hub.Occurrence]
	ExecutionConnection     = Connection[*hub.Execution]
	ExecutionEdge           = Edge[*hub.Execution]
	DeliveryConnection      = Connection[*hub.Delivery]
	DeliveryEdge            = Edge[*hub.Delivery]
	SuppressionConnection   = Connection[*hub.Suppression]
	SuppressionEdge         = Edge[*hub.Suppression]
	AuditEntryConnection    = Connection[*hub.AuditEntry]
	AuditEntryEdge          = Edge[*hub.AuditEntry]
)
