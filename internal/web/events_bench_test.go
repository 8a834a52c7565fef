package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
	"github.com/recado-hub/recado/internal/web"
)

// BenchmarkPublish is the whole way of an event that no rule waits for: token, body, decoding, commit, answer.
func BenchmarkPublish(b *testing.B) {
	benchmarkPublish(b, open(b))
}

// BenchmarkPublishWithin is BenchmarkPublish with a limit on requests that is never reached.
func BenchmarkPublishWithin(b *testing.B) {
	benchmarkPublish(b, open(b, func(o *web.Options) { o.Quota = quota.New(1<<40, 0) }))
}

func benchmarkPublish(b *testing.B, h *house) {
	template := newWorkOrder("ID")
	var n int
	b.ReportAllocs()
	for b.Loop() {
		n++
		if w := h.publish(strings.Replace(template, "ID", fmt.Sprint(n), 1), nil); w.Code != http.StatusAccepted {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}

// BenchmarkPublishBesideRefusals is BenchmarkPublish alone, and while 10,000 refusals a second from as many addresses are counted
// for the audit log and written to the same database.
func BenchmarkPublishBesideRefusals(b *testing.B) {
	for _, refusals := range []int{0, 10} { // in a millisecond
		b.Run(fmt.Sprintf("%d a second", refusals*1000), func(b *testing.B) {
			h := open(b)
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				for i, tick := 0, time.NewTicker(time.Millisecond); ; {
					select {
					case <-stop:
						tick.Stop()
						return
					case now := <-tick.C:
						for range refusals {
							i++
							h.db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, Reason: "invalid_client", ConsumerKey: h.admin.Consumer.Key,
								Via: hub.Via{Door: hub.DoorOAuth, Address: fmt.Sprint(i % 10_000)}}, now)
						}
					}
				}
			}()
			template := newWorkOrder("ID")
			n := 0
			for b.Loop() {
				n++
				if w := h.publish(strings.Replace(template, "ID", fmt.Sprint(n), 1), nil); w.Code != http.StatusAccepted {
					b.Fatalf("%d %s", w.Code, w.Body)
				}
			}
			close(stop)
			<-stopped
		})
	}
}
