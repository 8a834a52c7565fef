package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestWhatIsWrongIsSaidInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	ask := func(locale, query string) reply {
		t.Helper()
		body := fmt.Sprintf(`{"query":%q}`, query)
		return d.send("POST", d.url, strings.NewReader(body), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", locale))
	}
	const draft = `mutation { flowCreate(input: {description: "x"}) { flow { problems { code message } } userErrors { message } } }`
	for locale, want := range map[string]string{
		"pt-BR": "A configuração da origem não pode ficar vazia", "pt-PT": "A configuração da origem não pode ficar vazia",
		"es": "La configuración del origen no puede estar vacía", "en": "Source configuration cannot be empty",
		"fr": "La configuration de la source ne peut pas être vide", "it": "La configurazione dell'origine non può essere vuota",
	} {
		t.Run("the problems of a draft in "+locale, func(t *testing.T) {
			r := ask(locale, draft)
			if code, got := r.text("flowCreate", "flow", "problems", 0, "code"), r.text("flowCreate", "flow", "problems", 0, "message"); code != "SOURCE_EMPTY" || got != want {
				t.Errorf("the first problem is %s: %q", code, got)
			}
		})
	}
	t.Run("the user errors of a mutation, with its values", func(t *testing.T) {
		r := ask("fr", `mutation { groupCreate(input: {description: "", grants: []}) { userErrors { code message nextStep } } }`)
		if code, got := r.text("groupCreate", "userErrors", 0, "code"), r.text("groupCreate", "userErrors", 0, "message"); code != "INVALID" || !strings.Contains(got, "ne peut pas être vide") {
			t.Errorf("it is answered with %s: %q", code, got)
		}
	})
	t.Run("an error at the top, with the path before it", func(t *testing.T) {
		r := ask("es", `{ groups(first: 0) { nodes { id } } }`)
		if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || r.Errors[0].Message != "first: debe estar entre 1 y 200" {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
	t.Run("the limits of an operation", func(t *testing.T) {
		r := ask("it", `{ `+aliases(40, `viewer { locale }`)+` }`)
		if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, "l'operazione ha 40 campi") {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

func TestWordsOfAProviderAreRepeatedAsTheyAre(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	const theirs = "the consumer is disabled"
	m.answers(func(h hub.Handover, o *hub.Outcome) {
		*o = hub.Outcome{Key: o.Key, Attempt: o.Attempt, Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "131031", Message: theirs, NextStep: theirs, At: time.Now()}
	})
	m.act(`flowEnable(id: $id)`, m.flow)
	m.publish()
	body, err := json.Marshal(vars{"query": fmt.Sprintf(`{ execution(id: %q) { deliveries { reason { message nextStep } attempts { message nextStep } } } }`, m.executions[len(m.executions)-1])})
	if err != nil {
		t.Fatal(err)
	}
	r := m.send("POST", m.url, bytes.NewReader(body), headers("Authorization", "Bearer "+m.admin, "Content-Type", "application/json", "Accept-Language", "pt-BR"))
	delivery := r.at("execution", "deliveries", 0)
	for _, place := range [][]any{{"reason", "message"}, {"reason", "nextStep"}, {"attempts", 0, "message"}, {"attempts", 0, "nextStep"}} {
		if got := r.text(append([]any{"execution", "deliveries", 0}, place...)...); got != theirs {
			t.Errorf("%v is said as %q: %v", place, got, delivery)
		}
	}
}
