//go:build unix

package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// shown is what a screen shows of a flow.
type shown struct {
	Version            int
	Enabled            bool
	Problems, Warnings []struct {
		Code, Message string
		Path          []string
	}
	Paused *struct {
		Code, Message, Path, NextStep string
		By                            *struct{ ID string }
	}
	CheckedAt *string
}

func (w *world) show(t *testing.T) shown {
	t.Helper()
	var got struct{ Flow shown }
	w.admin.ask(t, `query($id: ID!) { flow(id: $id) { version enabled checkedAt problems { code message path } warnings { code message path }
		paused { code message path nextStep by { id } } } }`, object{"id": w.flow}, &got)
	return got.Flow
}

// template tells the hub of an event of a template, as Meta does.
func (w *world) template(t *testing.T, event, name, language string) {
	t.Helper()
	body := fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":%q,"time":1764530000,"changes":[{"field":"message_template_status_update",
		"value":{"event":%q,"message_template_id":1,"message_template_name":%q,"message_template_language":%q,"reason":"NONE"}}]}]}`,
		sandbox.DefaultWABAID, event, name, language)
	if status := callBack(t, w.callbackURL(), sandbox.Sign(sandbox.DefaultAppSecret, body), body); status != http.StatusOK {
		t.Fatalf("the webhook was answered with %d", status)
	}
}

func TestAFlowIsHeldAgainstTheTemplateThatMetaHas(t *testing.T) {
	t.Parallel()
	var paused atomic.Bool
	w := newWorldBehind(t, sandbox.Options{Callbacks: quick}, func(meta http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !paused.Load() || !strings.HasSuffix(r.URL.Path, "/message_templates") {
				meta.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			meta.ServeHTTP(answer, r)
			_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(`"status":"APPROVED"`), []byte(`"status":"PAUSED"`)))
		})
	})
	if f := w.show(t); !f.Enabled || len(f.Problems) > 0 || f.CheckedAt == nil || f.Paused != nil {
		t.Fatalf("it is %+v", f)
	}
	t.Run("a mapping with a value too many is refused at its entry", func(t *testing.T) {
		fields := []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description", "wo_folio"}
		mapping := []object{}
		for i, field := range fields {
			mapping = append(mapping, object{"field": field, "position": i + 1})
		}
		var got struct {
			FlowUpdate struct {
				Flow       *object
				UserErrors []struct {
					Code, Message string
					Field         []string
				}
			}
		}
		w.admin.ask(t, `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) { flow { id } userErrors { code message field } } }`,
			object{"id": w.flow, "input": object{"targets": []object{{"integration": w.integration, "action": "wo_assignment_pt_BR", "parameters": object{"template": "wo_assigned"},
				"recipient": object{"field": "requested_by"}, "mapping": mapping}}}}, &got)
		errs := got.FlowUpdate.UserErrors
		if got.FlowUpdate.Flow != nil || len(errs) != 1 || strings.Join(errs[0].Field, ".") != "targets.0.mapping.7" || !strings.Contains(errs[0].Message, "has 7 variables, and 8 are filled") {
			t.Errorf("it is answered with %+v", got)
		}
	})
	t.Run("a webhook of Meta holds the flow back before a message fails, and another lets it go on", func(t *testing.T) {
		w.template(t, "PAUSED", "wo_assigned", "es") // in another language
		if f := w.show(t); f.Paused != nil {
			t.Fatalf("it is %+v", f)
		}
		paused.Store(true)
		w.template(t, "PAUSED", "wo_assigned", "pt_BR")
		f := w.show(t)
		if f.Paused == nil || f.Paused.Code != "MISCONFIGURED" || f.Paused.Path != "targets.0.parameters.template" || !strings.Contains(f.Paused.Message, "wo_assigned (pt_BR)") ||
			!strings.Contains(f.Paused.Message, "paused") || f.Paused.NextStep == "" || f.Paused.By == nil || f.Paused.By.ID != w.integration { // by the webhook, or by a look because of the one before
			t.Fatalf("it is %+v", f)
		}
		eventually(t, "a look at the template finds the same", func() bool {
			return strings.Contains(fmt.Sprint(w.show(t).Problems), "only approved ones can be sent [targets 0 parameters template]")
		})
		published := w.consumer.publish(t, workOrder("OS-31", 31, "+5531998765432"))
		paused.Store(false)
		w.template(t, "APPROVED", "wo_assigned", "pt_BR")
		w.admin.settled(t, published.Executions[0].ID, "READ")
		eventually(t, "the flow has neither problems nor warnings of its template", func() bool {
			f := w.show(t)
			return f.Paused == nil && len(f.Problems) == 0 && !strings.Contains(fmt.Sprint(f.Warnings), "TEMPLATE")
		})
	})
}
