package main

import (
	"context"
	"fmt"
	"strings"
)

// What stands on the screens beside the history.
const (
	configured = 24  // groups, consumers, flows with their events, and recipients that are left alone
	saves      = 6   // versions of the first of these flows
	held       = 200 // executions that wait, of a flow that is paused
)

// Event types of those flows, so that the history's and the measured events have nothing to do with them.
const (
	spareType = "work_management.work_orders.under_review"
	heldType  = "work_management.work_orders.completed"
)

// staff is who looks at the screens of a hub: a consumer of a group that sees what an operator of the hub is to see, and neither changes anything
// nor sees records of other kinds. What a message is made of may be kept from such a caller, so it has to be looked at for each.
type staff struct {
	ClientID string `json:"clientId"`
	Secret   string `json:"secret"`
	Group    string `json:"group"`
	Consumer string `json:"consumer"`
}

// rights are those of the staff's group.
var rights = []string{"automator/fracttal_hub", "automator/events", "settings/api_connections", "settings/user_accounts", "work_management/work_orders", "inhouse_personnel/general"}

func grants(rows []string) (list []any) {
	for _, row := range rows {
		module, submodule, _ := strings.Cut(row, "/")
		list = append(list, map[string]any{"module": module, "submodule": submodule, "actions": []any{"SEE"}})
	}
	return list
}

// employ gives a hub its staff, and what there is to look at beside its history. A hub that has them from an earlier run keeps them.
func (b *bench) employ(ctx context.Context, h *instance) error {
	if h.Staff != nil {
		return nil
	}
	s := &staff{}
	var err error
	if s.Group, err = h.mutate(ctx, "groupCreate", "group", "GroupCreateInput!", map[string]any{"description": "Operators", "grants": grants(rights)}); err != nil {
		return err
	}
	var made struct {
		ConsumerCreate struct {
			Consumer struct{ ID, ClientID string }
			Secret   string
		}
	}
	err = h.query(ctx, `mutation($in:ConsumerCreateInput!){consumerCreate(input:$in){consumer{id clientId} secret userErrors{code message field}}}`,
		map[string]any{"in": map[string]any{"name": "Screens", "group": s.Group}}, &made)
	if err != nil {
		return err
	}
	s.Consumer, s.ClientID, s.Secret = made.ConsumerCreate.Consumer.ID, made.ConsumerCreate.Consumer.ClientID, made.ConsumerCreate.Secret
	for i := range configured {
		if err := h.configureMore(ctx, i+1); err != nil {
			return err
		}
	}
	if err := b.holdBack(ctx, h); err != nil {
		return err
	}
	h.Staff = s
	return h.note()
}

// configureMore adds one of each kind.
func (h *instance) configureMore(ctx context.Context, i int) error {
	group, err := h.mutate(ctx, "groupCreate", "group", "GroupCreateInput!", map[string]any{"description": fmt.Sprint("Group ", i), "note": "of one site", "grants": grants(rights[i%3:])})
	if err != nil {
		return err
	}
	if _, err := h.mutate(ctx, "consumerCreate", "consumer", "ConsumerCreateInput!", map[string]any{"name": fmt.Sprint("Consumer ", i), "description": "of one site", "group": group}); err != nil {
		return err
	}
	_, err = h.mutate(ctx, "suppressionAdd", "suppression", "SuppressionAddInput!", map[string]any{"integration": h.Integration, "recipient": fmt.Sprintf("+5511888880%03d", i), "note": "on leave"})
	if err != nil {
		return err
	}
	flow, err := h.assignment(ctx, fmt.Sprint("Flow ", i), spareType, "P-001")
	if err != nil || i > 1 {
		return err
	}
	for n := range saves {
		var ignored any
		err = h.query(ctx, `mutation($id:ID!,$in:FlowUpdateInput!){flowUpdate(id:$id,input:$in){userErrors{code message field}}}`,
			map[string]any{"id": flow, "in": map[string]any{"description": fmt.Sprintf("Flow %d, saved %d times", i, n+1)}}, &ignored)
		if err != nil {
			return err
		}
	}
	return nil
}

// holdBack has executions wait for a flow that is paused.
func (b *bench) holdBack(ctx context.Context, h *instance) error {
	flow, err := h.assignment(ctx, "Held back", heldType, "P-001")
	if err != nil {
		return err
	}
	var ignored any
	err = h.query(ctx, `mutation($id:ID!){flowPause(id:$id,input:{reason:"the provider moves"}){userErrors{code message field}}}`, map[string]any{"id": flow}, &ignored)
	if err != nil {
		return err
	}
	w := h.recado("held back", writeHeld).batches(atOnce)
	w.held = true
	_, err = b.round(ctx, w, held)
	return err
}
