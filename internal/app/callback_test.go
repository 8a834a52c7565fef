//go:build unix

package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestACallbackWithAWrongSignatureIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	id := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID
	before := w.consumer.settled(t, id, "ACCEPTED")
	body := fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"553133334400","phone_number_id":"%s"},
		"statuses":[{"id":"%s","status":"read","timestamp":"1795356000","recipient_id":"553198765432","biz_opaque_callback_data":"%s"}]}}]}]}`,
		sandbox.DefaultWABAID, sandbox.DefaultPhoneNumberID, w.messagesOf("OS-1")[0].ID, before.Deliveries[0].ID)
	genuine := sandbox.Sign(sandbox.DefaultAppSecret, body)
	for _, c := range []struct {
		name, url, signature string
		body                 []byte
		status               int
	}{
		{"no signature", w.callbackURL(), "", body, http.StatusUnauthorized},
		{"a signature by another secret", w.callbackURL(), sandbox.Sign("guessed", body), body, http.StatusUnauthorized},
		{"a signature of another body", w.callbackURL(), genuine, bytes.Replace(body, []byte(`"read"`), []byte(`"sent"`), 1), http.StatusUnauthorized},
		{"a signature without its prefix", w.callbackURL(), genuine[len("sha256="):], body, http.StatusUnauthorized},
		{"an integration that does not exist", w.hub.url + "/callbacks/int_0000000000000", genuine, body, http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := callBack(t, c.url, c.signature, c.body); got != c.status {
				t.Errorf("answered %d, not %d", got, c.status)
			}
			if now := w.consumer.execution(t, id); !reflect.DeepEqual(now, before) {
				t.Errorf("it was %+v and is %+v", before, now)
			}
		})
	}
	t.Run("the same with the right signature is taken", func(t *testing.T) {
		if got := callBack(t, w.callbackURL(), genuine, body); got != http.StatusOK {
			t.Errorf("answered %d", got)
		}
		if now := w.consumer.execution(t, id); now.Deliveries[0].State != "READ" || len(now.Deliveries[0].Receipts) != 1 {
			t.Errorf("it is %+v", now.Deliveries[0])
		}
	})
	t.Run("the wrong verify token gets no challenge back", func(t *testing.T) {
		answer, err := http.Get(w.callbackURL() + "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=guessed")
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized && answer.StatusCode != http.StatusForbidden {
			t.Errorf("answered %s", answer.Status)
		}
	})
}

func callBack(t *testing.T, url, signature string, body []byte) (status int) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	hesitate(r)
	r.Header.Set("Content-Type", "application/json")
	if signature != "" {
		r.Header.Set("X-Hub-Signature-256", signature)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// hesitate has a client wait with a large body until the server wants it: else it may be cut off before it has read the answer.
func hesitate(r *http.Request) {
	if r.ContentLength > 1<<20 {
		r.Header.Set("Expect", "100-continue")
	}
}
