package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

// burst is what clients met that asked for a while, each waiting for its answer before it asks again.
type burst struct {
	took  []time.Duration
	lasts time.Duration // from the first question to the last answer
	wire  int64         // bytes of all answers, compressed
}

func (b *burst) add(other burst) {
	b.took, b.lasts, b.wire = append(b.took, other.took...), b.lasts+other.lasts, b.wire+other.wire
}

// rate is how many were answered in a second.
func (b *burst) rate() float64 { return float64(len(b.took)) / max(b.lasts.Seconds(), 1e-9) }

// percentile is the time within which so many of a hundred were answered, in milliseconds.
func (b *burst) percentile(n int) float64 {
	if len(b.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(b.took))
	return ms(int64(sorted[min(len(sorted)*n/100, len(sorted)-1)]))
}

// graphQL is a request as a frontend sends it.
func (h *instance) graphQL(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/graphql-response+json, application/json;q=0.9"},
		"Accept-Language": {"pt-BR"}, "Authorization": {"Bearer " + h.token}}
	return req, nil
}

// ask has clients ask at once, one request after the other, for a time.
func (h *instance) ask(ctx context.Context, requests [][]byte, clients int, d time.Duration) (burst, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	each := make([]burst, clients)
	var all sync.WaitGroup
	began := time.Now()
	for c := range clients {
		all.Go(func() {
			a := asker{h: h}
			for ctx.Err() == nil && failed.Load() == nil && time.Since(began) < d {
				if err := a.ask(ctx, requests[int(next.Add(1))%len(requests)]); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
			each[c] = a.burst
		})
	}
	all.Wait()
	var b burst
	for _, one := range each {
		b.add(one)
	}
	b.lasts = time.Since(began)
	if err := failed.Load(); err != nil {
		return b, *err
	}
	return b, ctx.Err()
}

// asker is a client.
type asker struct {
	h *instance
	burst
	text   bytes.Buffer
	zipped gzip.Reader
}

// ask asks once. An answer without data is none.
func (a *asker) ask(ctx context.Context, request []byte) error {
	req, err := a.h.graphQL(ctx, request)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "gzip") // as browsers do
	began := time.Now()
	res, err := a.h.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	a.text.Reset()
	if _, err := a.text.ReadFrom(res.Body); err != nil {
		return err
	}
	a.took = append(a.took, time.Since(began))
	a.wire += int64(a.text.Len())
	var text io.Reader = bytes.NewReader(a.text.Bytes())
	if res.Header.Get("Content-Encoding") == "gzip" {
		if err := a.zipped.Reset(text); err != nil {
			return err
		}
		text = &a.zipped
	}
	begins := make([]byte, len(wellBegun))
	if _, err := io.ReadFull(text, begins); err != nil || res.StatusCode != http.StatusOK || string(begins) != wellBegun {
		return fmt.Errorf("the answer is %s and begins with %s (%v)", res.Status, begins, err)
	}
	return nil
}

// wellBegun is how an answer begins that has no errors, which would come first.
const wellBegun = `{"data":`
