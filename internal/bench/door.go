package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"sync"

	"github.com/google/pprof/profile"
)

// profilePath is where a hub of the benchmark is profiled: POST begins, and GET ends with what was seen. The hub itself has no such door.
const profilePath = "/profile"

// serveDoor serves it on a port of its own, beside the hub's, until ctx ends.
func serveDoor(ctx context.Context) (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: &profiler{}}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	go server.Serve(l)
	return "http://" + l.Addr().String(), nil
}

// profiler sees where its own process spends its processors' time.
type profiler struct {
	mu   sync.Mutex
	seen bytes.Buffer
}

// ServeHTTP begins and ends.
func (p *profiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPost {
		p.seen.Reset()
		if err := pprof.StartCPUProfile(&p.seen); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
		return
	}
	pprof.StopCPUProfile()
	w.Write(p.seen.Bytes())
}

// profile begins to profile the hub.
func (h *instance) profile(ctx context.Context) error {
	_, err := h.atDoor(ctx, http.MethodPost)
	return err
}

// profiled ends that.
func (h *instance) profiled(ctx context.Context) (*profile.Profile, error) {
	text, err := h.atDoor(ctx, http.MethodGet)
	if err != nil {
		return nil, err
	}
	return profile.ParseData(text)
}

func (h *instance) atDoor(ctx context.Context, method string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, h.door+profilePath, nil)
	if err != nil {
		return nil, err
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the hub cannot be profiled: %s", text)
	}
	return text, err
}
