package model

import (
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// Connection is a page of a list as Relay's cursor connections have it.
type Connection[T any] struct {
	page   hub.List[T]
	cursor func(string) string
	back   bool
	total  func() (hub.Count, error)
}

// Edge is an item of a list with its place.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// PageInfo says where a page begins and ends. Cursors are nil on an empty page, save for the end of one from which a search goes on.
type PageInfo struct {
	next, previous func() (bool, error)
	StartCursor    *string
	EndCursor      *string
}

// NewConnection shapes a part of a list that was asked for; cursor makes cursors of the places of its items.
func NewConnection[T any](page hub.List[T], asked hub.Page, cursor func(string) string) *Connection[T] {
	c := &Connection[T]{page: page, cursor: cursor, back: asked.Back()}
	if page.Total != nil {
		c.total = sync.OnceValues(page.Total)
	}
	return c
}

// Edges are the items with their cursors.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.page.Items))
	for i, item := range c.page.Items {
		edges[i] = Edge[T]{Cursor: c.at(item), Node: item}
	}
	return edges
}

func (c *Connection[T]) at(item T) string { return c.cursor(c.page.Cursor(item)) }

// Nodes are the items.
func (c *Connection[T]) Nodes() []T { return c.page.Items }

// PageInfo says where the page begins and ends.
func (c *Connection[T]) PageInfo() PageInfo {
	info := PageInfo{next: known(c.page.HasNext), previous: c.beyond}
	if c.back {
		info.next, info.previous = c.beyond, known(c.page.HasPrevious)
	}
	if n := len(c.page.Items); n > 0 {
		first, last := c.at(c.page.Items[0]), c.at(c.page.Items[n-1])
		info.StartCursor, info.EndCursor = &first, &last
	}
	if c.page.End != "" {
		end := c.cursor(c.page.End)
		if c.back {
			info.StartCursor = &end
		} else {
			info.EndCursor = &end
		}
	}
	return info
}

func known(yes bool) func() (bool, error) { return func() (bool, error) { return yes, nil } }

func (c *Connection[T]) beyond() (bool, error) {
	if c.page.Beyond == nil {
		return false, nil
	}
	return c.page.Beyond()
}

// HasNextPage says whether there are items after the page. It is looked up when asked, if the page was read backward.
func (p PageInfo) HasNextPage() (bool, error) { return p.next() }

// HasPreviousPage says whether there are items before the page. It is looked up when asked, if the page was read forward.
func (p PageInfo) HasPreviousPage() (bool, error) { return p.previous() }

// TotalCount counts the whole list, up to a bound; nil where counting is not offered.
func (c *Connection[T]) TotalCount() (*int, error) {
	n, err := c.count()
	if n == nil {
		return nil, err
	}
	return &n.N, nil
}

// TotalCountIsExact says whether the bound of the count was not reached; nil where counting is not offered.
func (c *Connection[T]) TotalCountIsExact() (*bool, error) {
	n, err := c.count()
	if n == nil {
		return nil, err
	}
	return &n.Exact, nil
}

// count counts once, however often it is asked.
func (c *Connection[T]) count() (*hub.Count, error) {
	if c.total == nil {
		return nil, nil
	}
	n, err := c.total()
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
