//go:build unix

package app_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// followedUp has the flow of a world follow up what nobody reads on WhatsApp, by a webhook. The hub is started anew, so that it may reach the
// endpoint of the test.
func (w *world) followedUp(t *testing.T, h *hook, within string) (targets []object) {
	t.Helper()
	if code := w.hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	w.hub = serve(t, w.dir, w.hub.addr(), reaching)
	second := object{"integration": integrated(t, w.admin, "webhook", object{"url": h.URL + "/hook"}, map[string]string{"signing_secret": hookSecret}),
		"followUp": object{"of": 0, "when": "NOT_READ", "within": within}}
	for k, v := range toHook {
		second[k] = v
	}
	mapping := []object{}
	for i, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, object{"field": field, "position": i + 1})
	}
	targets = []object{{"integration": w.integration, "action": "wo_assignment_pt_BR", "parameters": object{"template": "wo_assigned"},
		"recipient": object{"field": "requested_by"}, "mapping": mapping}, second}
	var saved made
	w.admin.act(t, `mutation($id: ID!, $targets: [FlowTargetInput!]) { flowUpdate(id: $id, input: {targets: $targets}) { flow { id enabled } userErrors { message field } } }`,
		object{"id": w.flow, "targets": targets}, &saved)
	return targets
}

func TestWhatNobodyReadsOnWhatsAppGoesByWebhookAlsoWhenTheHubDiesMeanwhile(t *testing.T) {
	t.Parallel()
	unread := quick
	unread.Read = -1
	w, h := newWorld(t, sandbox.Options{Callbacks: unread}), newHook(t)
	targets := w.followedUp(t, h, "PT4S")

	id := w.consumer.publish(t, workOrder("OS-7", 7, "+5531998765432")).Executions[0].ID
	eventually(t, "the message is delivered and the other waits", func() bool { return states(w.consumer.execution(t, id)) == "WAITING: DELIVERED PENDING" })
	w.hub.kill()
	w.hub = serve(t, w.dir, w.hub.addr(), reaching)
	eventually(t, "the webhook got it", func() bool { return states(w.consumer.execution(t, id)) == "CLOSED SUCCEEDED: DELIVERED ACCEPTED" })
	e := w.consumer.execution(t, id)
	if got, want := h.messages(), e.Deliveries[1].ID+` {"text": "OS-7: Trocar o selo mecânico", "to": "workshop", "number": 7}`; len(got) != 1 || got[0] != want {
		t.Errorf("the endpoint got %q, want %q", got, want)
	}
	if phone := w.messagesOf("OS-7"); len(phone) != 1 {
		t.Errorf("the phone got %d messages", len(phone))
	}
	var way []string
	for _, c := range e.Timeline {
		if c.Cause.Code == "FOLLOW_UP" {
			way = append(way, c.Subject+" "+c.From+"→"+c.To)
		}
	}
	if got := strings.Join(way, ", "); got != "DELIVERY →PENDING, EXECUTION RUNNING→WAITING, DELIVERY →NOT_READ" {
		t.Errorf("the timeline tells of the follow-up %s", got)
	}

	t.Run("a webhook cannot be followed up by what it never says", func(t *testing.T) {
		whatsapp, hook := targets[0], targets[1]
		delete(hook, "followUp")
		whatsapp["followUp"] = object{"of": 0, "when": "NOT_READ", "within": "PT1H"}
		var got struct {
			FlowUpdate struct {
				UserErrors []struct {
					Problem, Message string
					Field            []string
				}
			}
		}
		w.admin.ask(t, `mutation($id: ID!, $targets: [FlowTargetInput!]) { flowUpdate(id: $id, input: {targets: $targets}) { userErrors { problem message field } } }`,
			object{"id": w.flow, "targets": []object{hook, whatsapp}}, &got)
		errs := got.FlowUpdate.UserErrors
		if len(errs) != 1 || errs[0].Problem != "FOLLOW_UP_UNTOLD" || strings.Join(errs[0].Field, ".") != "targets.1.followUp.when" ||
			!strings.Contains(errs[0].Message, `the connector "webhook" never says that a message was read`) {
			t.Errorf("it is answered with %+v", errs)
		}
	})
}

func TestWhatIsReadOnWhatsAppHasNoFollowUp(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t, sandbox.Options{Callbacks: quick}), newHook(t)
	w.followedUp(t, h, "PT1H")
	id := w.consumer.publish(t, workOrder("OS-7", 7, "+5531998765432")).Executions[0].ID
	eventually(t, "it is read, and nothing else is needed", func() bool { return states(w.consumer.execution(t, id)) == "CLOSED SUCCEEDED: READ SUPPRESSED" })
	if e := w.consumer.execution(t, id); e.Deliveries[1].Reason == nil || e.Deliveries[1].Reason.Code != "FOLLOW_UP_NOT_NEEDED" {
		t.Errorf("it says %+v", e.Deliveries[1].Reason)
	}
	if got := h.messages(); len(got) > 0 {
		t.Errorf("the endpoint got %q", got)
	}
}

// states is an execution with the states of its messages, as in "CLOSED SUCCEEDED: READ SUPPRESSED".
func states(e execution) string {
	out := strings.TrimSpace(e.State+" "+e.Outcome) + ":"
	for _, d := range e.Deliveries {
		out += " " + d.State
	}
	return out
}
