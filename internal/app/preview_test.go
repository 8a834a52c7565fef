//go:build unix

package app_test

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestAFlowIsPreviewedAndTestedThroughTheRealConnector(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	on := object{"sample": []object{{"type": "work_order_task", "key": "7", "data": object{"id_work_orders_tasks": 7, "wo_folio": "OS-7", "requested_by": "+5531998765432",
		"user_assigned": "Jonas\nCampos", "task_todo_description": "Lubricate", "creation_date": "2026-11-22T08:00:00-03:00", "created_by": "Ana", "items_log_description": "Pump"}}}}
	t.Run("the preview shows the request that Meta would get and the text on the phone, and sends nothing", func(t *testing.T) {
		var got struct {
			FlowPreview struct {
				Problems, Obstacles []object
				Executions          []struct {
					Outcome    string
					Deliveries []struct {
						State, Recipient, ProviderRecipient string
						Values                              []string
						Text                                *string
						Request                             struct {
							To       string
							Template struct{ Name string }
						}
						Adjusted []struct {
							Path []string
							Sent string
						}
					}
				}
			}
		}
		w.admin.ask(t, `query($input: FlowPreviewInput!) { flowPreview(input: $input) { problems { code message } obstacles { code }
			executions { outcome deliveries { state recipient providerRecipient values text request adjusted { path sent } } } } }`, object{"input": object{"flow": w.flow, "on": on}}, &got)
		x := got.FlowPreview.Executions
		if len(got.FlowPreview.Problems)+len(got.FlowPreview.Obstacles) != 0 || len(x) != 1 || x[0].Outcome != "SUCCEEDED" || len(x[0].Deliveries) != 1 {
			t.Fatalf("it is %+v", got)
		}
		d := x[0].Deliveries[0]
		if d.State != "PENDING" || d.Request.To != "+5531998765432" || d.Request.Template.Name != "wo_assigned" || d.Text == nil || !strings.Contains(*d.Text, "OS-7") || strings.Contains(*d.Text, "{{") || d.Values[1] != "OS-7" ||
			len(d.Adjusted) != 2 || strings.Join(d.Adjusted[0].Path, ".") != "targets.0.mapping.0" || d.Adjusted[0].Sent != "Jonas Campos" {
			t.Errorf("the message is %+v", d)
		}
		if n := len(w.sandbox.Messages()); n != 0 {
			t.Errorf("the phones have %d messages", n)
		}
	})
	t.Run("a test message arrives on the phone that is named, and is read", func(t *testing.T) {
		var got struct {
			Execution struct {
				ID   string
				Test bool
			}
			Delivery struct {
				ID, Recipient string
				Test          bool
			}
		}
		w.admin.act(t, `mutation($id: ID!, $input: FlowTestInput!) { flowTest(id: $id, input: $input) { execution { id test } delivery { id recipient test } userErrors { message field } } }`,
			object{"id": w.flow, "input": object{"on": on, "recipient": "+351912345678"}}, &got)
		w.admin.settled(t, got.Execution.ID, "READ")
		phone := w.messagesOf("OS-7")
		if len(phone) != 1 || phone[0].To != "+351912345678" || phone[0].Callback != got.Delivery.ID || !got.Execution.Test || !got.Delivery.Test {
			t.Errorf("the phone got %+v, of %+v", phone, got)
		}
	})
}
