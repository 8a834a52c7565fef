package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
)

// relayCommand runs the bare relay: what Recado is measured against. It posts every body on and answers when that is
// answered. It keeps nothing, checks nothing and knows nothing.
const relayCommand = "relay"

func serveRelay(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("relay needs the URL of the sink")
	}
	client := &http.Client{Transport: transport()}
	bodies := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	return serveUntil(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buf := bodies.Get().(*bytes.Buffer)
		defer bodies.Put(buf)
		buf.Reset()
		if _, err := io.Copy(buf, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		res, err := client.Post(args[0], r.Header.Get("Content-Type"), bytes.NewReader(buf.Bytes()))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		w.WriteHeader(http.StatusAccepted)
	}))
}

// serveUntil serves on a free port, prints its URL as the first line, and ends with ctx.
func serveUntil(ctx context.Context, h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Println("http://" + l.Addr().String())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// transport keeps enough idle connections that none is opened anew under load.
func transport() *http.Transport {
	return &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, DisableCompression: true}
}
