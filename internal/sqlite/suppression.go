package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const suppressionColumns = "key, integration, recipient, category, ground, source, reason, note, since, until, delivery, consumer, updated_at"

var suppressions = table[hub.Suppression]{
	kind: hub.KindSuppression, name: "suppressions", columns: suppressionColumns, scan: scanSuppression,
	key: func(s *hub.Suppression) int64 { return s.Key },
	// Not by recipient: whoever may not see it would see where it stands.
	orders: map[hub.OrderField]sorting[hub.Suppression]{hub.ByUpdatedAt: byUpdate(func(s *hub.Suppression) time.Time { return s.UpdatedAt })},
}

func scanSuppression(r scanner) (*hub.Suppression, error) {
	s := &hub.Suppression{}
	return s, r.Scan(&s.Key, &s.IntegrationKey, &s.Recipient, &s.Category, text[hub.SuppressionGround]{&s.Ground}, text[hub.SuppressionSource]{&s.Source},
		document{&s.Reason}, &s.Note, millis{&s.Since}, maybeMillis{&s.Until}, &s.DeliveryKey, &s.ConsumerKey, millis{&s.UpdatedAt})
}

// Suppressions lists who is to be left alone. A filter by a recipient finds nothing that hides it, nor does one by an
// integration that the caller may not see. It needs SEE on automator/fracttal_hub.
func (db *DB) Suppressions(ctx context.Context, c hub.Caller, f hub.SuppressionFilter, p hub.Page) (hub.List[*hub.Suppression], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return hub.List[*hub.Suppression]{}, err
	}
	if f.IntegrationKey != 0 && !c.May(hub.RowAPIConnections, hub.See) {
		return hub.List[*hub.Suppression]{}, nil
	}
	q := suppressionWalk(f, time.Now())
	l, err := suppressions.walkKept(db.reads(ctx), q, p, func(list []*hub.Suppression) ([]*hub.Suppression, error) {
		err := db.discloseSuppressions(ctx, c, list)
		return slices.DeleteFunc(list, func(s *hub.Suppression) bool { return f.Recipient != "" && s.Hides("recipient") }), err
	})
	if f.Recipient == "" || db.seesRecords(c) {
		l.Total = suppressions.total(db.reads(ctx), q, hub.MaxCounted)
	}
	return l, err
}

func suppressionWalk(f hub.SuppressionFilter, now time.Time) (q walk) {
	q.text("recipient", "", f.Recipient)
	q.number("integration", "", f.IntegrationKey)
	if f.Category != nil {
		q.rest.and("category || '' = ?", hub.Category(*f.Category))
	}
	q.rest.active(f.Active, now)
	return q
}

// active asks for suppressions that hold at a time, or for those that do not; nil asks nothing.
func (w *terms) active(only *bool, now time.Time) {
	if only != nil {
		w.and("(until IS NULL OR until > ?) = ?", ms(now), *only)
	}
}

// SuppressionsOf lists who is to be left alone by each of many integrations, in the order of the integrations' keys, which are distinct; active
// narrows to those that hold now, or to those that do not. It is nil everywhere without SEE on both automator/fracttal_hub and
// settings/api_connections.
func (db *DB) SuppressionsOf(ctx context.Context, c hub.Caller, integrations []int64, active *bool, p hub.Page) ([]*hub.List[*hub.Suppression], error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	n, err := suppressions.nested("integration", p.Order)
	if err != nil {
		return nil, err
	}
	n.rest.active(active, time.Now())
	lists, err := ofThose(integrations, func(int64) bool { return c.May(hub.RowHub, hub.See) && c.May(hub.RowAPIConnections, hub.See) },
		func(integrations []int64) ([]*hub.List[*hub.Suppression], error) {
			return n.pages(db.reads(ctx), integrations, p, hub.MaxCounted)
		})
	if err != nil {
		return nil, err
	}
	return lists, db.discloseSuppressions(ctx, c, itemsOf(lists))
}

// Suppression reads one; NOT_FOUND if there is none. It needs SEE on automator/fracttal_hub.
func (db *DB) Suppression(ctx context.Context, c hub.Caller, key int64) (*hub.Suppression, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	s, err := suppressions.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	return s, db.discloseSuppressions(ctx, c, []*hub.Suppression{s})
}

// SuppressionsByKey reads many suppressions in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/fracttal_hub.
func (db *DB) SuppressionsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Suppression, error) {
	list, err := seen(ctx, db, c, hub.RowHub, suppressions, keys)
	if err != nil {
		return nil, err
	}
	return list, db.discloseSuppressions(ctx, c, list)
}

// SuppressionsTo reads all of a recipient, for the engine's previews: it asks nobody.
func (db *DB) SuppressionsTo(ctx context.Context, integration int64, recipient string) ([]*hub.Suppression, error) {
	return readAll(db.reads(ctx), scanSuppression, suppressionsTo, integration, recipient)
}

const suppressionsTo = "SELECT " + suppressionColumns + " FROM suppressions WHERE integration = ? AND recipient = ? ORDER BY key"

// DiscloseSuppression leaves out of a suppression that was written for a caller what the caller may not see.
func (db *DB) DiscloseSuppression(ctx context.Context, c hub.Caller, s *hub.Suppression) error {
	return db.discloseSuppressions(ctx, c, []*hub.Suppression{s})
}

// discloseSuppressions leaves out of suppressions what the caller may not see. Recipients are personal data: who may see that of the
// delivery which caused the suppression, or which went to the recipient last, sees it here too; a test goes the way of any other message, and is
// shown as one ([DB.discloseBy]). Of one that no delivery went to, it may have come from any record; but what a caller has typed is shown to them.
func (db *DB) discloseSuppressions(ctx context.Context, c hub.Caller, list []*hub.Suppression) error {
	if lacks(c, db.recordRows()) == nil {
		return nil
	}
	var keys []int64
	for _, s := range list {
		if s != nil && s.DeliveryKey != 0 {
			keys = append(keys, s.DeliveryKey)
		}
	}
	found, err := deliveries.byKey(db.reads(ctx), keys)
	if err != nil {
		return err
	}
	of := map[int64]*hub.Delivery{}
	for i, d := range found {
		of[keys[i]] = d
	}
	for _, s := range list {
		if s == nil {
			continue
		}
		if err := db.discloseSuppression(ctx, c, s, of[s.DeliveryKey]); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) discloseSuppression(ctx context.Context, c hub.Caller, s *hub.Suppression, d *hub.Delivery) error {
	rows, all := db.recordRows(), db.recordRows()
	if d != nil {
		p, err := db.provenance(ctx, d.FlowKey, d.FlowVersion)
		if err != nil {
			return err
		}
		if all = p.all; d.Target < len(p.targets) {
			rows = p.targets[d.Target].recipient
		}
	}
	own := s.Source == hub.SuppressedByOperator && c.Consumer != nil && c.Consumer.Key == s.ConsumerKey
	if needs := lacks(c, rows); needs != nil && !own {
		s.Recipient, s.Note = "", ""
		s.Hidden = append(s.Hidden, hub.Hidden{Path: []string{"recipient"}, Needs: needs}, hub.Hidden{Path: []string{"note"}, Needs: needs})
	}
	told := s.Source == hub.SuppressedByOutcome || s.Source == hub.SuppressedByReceipt
	if needs := lacks(c, all); needs != nil && told {
		unquote(&s.Reason)
		s.Hidden = append(s.Hidden, hub.Hidden{Path: []string{"reason", "message"}, Needs: needs})
	}
	return nil
}
