package graph

import (
	"context"
	"strconv"
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// optional is null for what is not set: an empty text, the number 0, a duration that is for ever.
func optional[T ~string | ~int | ~int64](v T) *T {
	var unset T
	if v == unset {
		return nil
	}
	return &v
}

// text is null for an empty text of a named kind.
func text[T ~string](s T) *string {
	return optional(string(s))
}

// idOf is the id of an object that may not be there; null for the key 0.
func idOf(kind hub.Kind, key int64) *string {
	if key == 0 {
		return nil
	}
	return optional(hub.ID(kind, key))
}

// positive is null for a number that stands for no limit.
func positive(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}

// pointers is a list as gqlgen wants it.
func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// whole is an occurrence with its payloads. What has been pruned since it was read has none.
func whole(ctx context.Context, o *hub.Occurrence) (*hub.Occurrence, error) {
	if !o.Bare {
		return o, nil
	}
	read, err := visitOf(ctx).loaders.payloads.one(ctx, o.Key)
	if read == nil {
		return &hub.Occurrence{}, err
	}
	return read, err
}

// present leaves out what was not found or may not be seen.
func present[T any](list []*T) []*T {
	out := make([]*T, 0, len(list))
	for _, v := range list {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

// nodeOf makes a Node of an object that may be nil.
func nodeOf[T any, P interface {
	*T
	model.Node
}](v P, err error) (model.Node, error) {
	if v == nil || err != nil {
		return nil, missing(err)
	}
	return v, nil
}

// recordsUpserted shapes what became of a batch of records; nil if there were errors.
func recordsUpserted(written *hub.Upserted, errs []*model.UserError) *model.RecordsUpsertPayload {
	payload := &model.RecordsUpsertPayload{UserErrors: errs}
	if written == nil {
		return payload
	}
	payload.Results, payload.Derived = pointers(written.Results), listed(written.Derived)
	for _, r := range written.Results {
		payload.Records = append(payload.Records, r.Record)
	}
	return payload
}

// listed is a list that is there, though it may be empty.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// known is null for a time that nobody has said.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// expected reads an expectedVersion; 0 if it was not given.
func expected(version *int) (int, error) {
	switch {
	case version == nil:
		return 0, nil
	case *version < 1:
		return 0, hub.Invalid("expectedVersion", "versions count from 1; leave it out to save without a check")
	}
	return *version, nil
}

// target reads the arguments of an act on one object: its id and the version that the caller has seen.
func target(kind hub.Kind, id string, version *int) (key int64, v int, err error) {
	if key, err = hub.ParseKey(kind, id, "id"); err != nil {
		return 0, 0, err
	}
	v, err = expected(version)
	return key, v, err
}

// optionalKey reads an id that may be left out; 0 then.
func optionalKey(kind hub.Kind, id *string, path string) (int64, error) {
	if id == nil {
		return 0, nil
	}
	return hub.ParseKey(kind, *id, path)
}

// shown are the values of a delivery, null where one was left out.
func shown(d *hub.Delivery) []*string {
	values := pointers(d.Values)
	for _, h := range d.Hidden {
		if h.Path[0] != "values" {
			continue
		}
		if i, err := strconv.Atoi(h.Path[1]); err == nil && i < len(values) {
			values[i] = nil
		}
	}
	return values
}

// recipient is who gets a message, in the shape of the union; nil in a draft without one.
func recipient(r hub.Recipient) model.Recipient {
	switch {
	case r.Field != "":
		return &model.FieldRecipient{Field: r.Field}
	case r.Constant != "":
		return &model.ConstantRecipient{Constant: r.Constant}
	case r.All != nil:
		return &model.SeveralRecipients{All: recipients(r.All)}
	case r.First != nil:
		return &model.FirstRecipient{First: recipients(r.First)}
	}
	return nil
}

func recipients(list []hub.Recipient) []model.Recipient {
	out := make([]model.Recipient, 0, len(list))
	for _, r := range list {
		if shape := recipient(r); shape != nil { // a part that was left empty, in a draft
			out = append(out, shape)
		}
	}
	return out
}
