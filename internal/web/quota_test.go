package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
	"github.com/recado-hub/recado/internal/web"
)

func TestAConsumerThatPublishesTooOftenIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *web.Options) { o.Quota = quota.New(3, 0) })
	for i := range 3 {
		w := h.publish(newWorkOrder(fmt.Sprint(i)), nil)
		if w.Code != http.StatusAccepted {
			t.Fatalf("request %d is answered %d %s", i+1, w.Code, w.Body)
		}
		if policy, left := w.Header().Get("RateLimit-Policy"), w.Header().Get("RateLimit"); policy != `"requests";q=3;w=60` || left != fmt.Sprintf(`"requests";r=%d;t=%d`, 2-i, 20*(i+1)) {
			t.Errorf("after request %d it is told %s and %s", i+1, policy, left)
		}
	}
	w := h.publish(newWorkOrder("3"), nil)
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
		Violated                  []string `json:"violated-policies"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusTooManyRequests || p.Status != w.Code || p.Code != "RATE_LIMITED" || p.Title != "Too Many Requests" || fmt.Sprint(p.Violated) != "[requests]" ||
		p.Type != "https://iana.org/assignments/http-problem-types#quota-exceeded" || p.Detail != "this consumer has asked too often: 3 requests a minute are answered; wait 20 s" {
		t.Errorf("it is answered %d %+v", w.Code, p)
	}
	if w.Header().Get("Retry-After") != "20" || w.Header().Get("RateLimit") != `"requests";r=0;t=60` {
		t.Errorf("the header is %v", w.Header())
	}
	t.Run("and only it", func(t *testing.T) {
		if w := h.publish(newWorkOrder("4"), func(r *http.Request) { r.Header.Set("Authorization", "Bearer nonsense") }); w.Code != http.StatusUnauthorized || w.Header().Get("RateLimit") != "" {
			t.Errorf("a stranger is answered %d %v", w.Code, w.Header())
		}
	})
	t.Run("each event of a batch is a request", func(t *testing.T) {
		inBatch := func(r *http.Request) { r.Header.Set("Content-Type", batchType) }
		h := open(t, func(o *web.Options) { o.Quota = quota.New(3, 0) })
		w := h.publish(list(newWorkOrder("1"), newWorkOrder("2")), inBatch)
		if w.Code != http.StatusOK || w.Header().Get("RateLimit") != `"requests";r=1;t=40` {
			t.Errorf("a batch of two is answered %d %v %s", w.Code, w.Header(), w.Body)
		}
		w = h.publish(list(newWorkOrder("3"), newWorkOrder("4")), inBatch)
		if w.Code != http.StatusTooManyRequests {
			t.Errorf("the next one is answered %d %s", w.Code, w.Body)
		}
	})
	t.Run("a consumer's own limit holds in its place, at once", func(t *testing.T) {
		h := open(t, func(o *web.Options) { o.Quota = quota.New(3, 0) })
		if _, err := h.db.ConsumerUpdate(t.Context(), h.admin, h.admin.Consumer.Key, 0, hub.ConsumerInput{RateLimit: new(new(1))}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{http.StatusAccepted, http.StatusTooManyRequests} {
			if w := h.publish(newWorkOrder(fmt.Sprint("own ", i)), nil); w.Code != want || w.Header().Get("RateLimit-Policy") != `"requests";q=1;w=60` {
				t.Errorf("request %d is answered %d %v", i+1, w.Code, w.Header())
			}
		}
		if _, err := h.db.ConsumerUpdate(t.Context(), h.admin, h.admin.Consumer.Key, 0, hub.ConsumerInput{RateLimit: new(new(0))}); err != nil {
			t.Fatal(err)
		}
		if w := h.publish(newWorkOrder("without end"), nil); w.Code != http.StatusAccepted || w.Header().Get("RateLimit-Policy") != "" {
			t.Errorf("without end it is answered %d %v", w.Code, w.Header())
		}
	})
	t.Run("without a limit nothing is said of one", func(t *testing.T) {
		w := open(t).publish(newWorkOrder("1"), nil)
		if w.Code != http.StatusAccepted || w.Header().Get("RateLimit") != "" || w.Header().Get("RateLimit-Policy") != "" {
			t.Errorf("it is answered %d %v", w.Code, w.Header())
		}
	})
}
