package web_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/web"
)

func TestABodyThatEndsEarlyIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n%s",
		h.token, eventType, newWorkOrder("1")[:100])
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 400 || !strings.Contains(string(text), "ended before its time") {
		t.Errorf("got %d %s, %v", answer.StatusCode, text, err)
	}
}

// single is a listener with one connection.
type single struct {
	conns chan net.Conn
}

func (s single) Accept() (net.Conn, error) {
	if conn, ok := <-s.conns; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (s single) Close() error { return nil }

func (s single) Addr() net.Addr { return &net.TCPAddr{} }

func TestABodyThatTakesTooLongIsCutOff(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		kind, text string
		status     int
	}{
		"/events":      {eventType, "did not arrive within 30s", http.StatusRequestTimeout},
		"/oauth/token": {"application/x-www-form-urlencoded", "could not be read to its end", http.StatusBadRequest},
		"/graphql":     {"application/json", "the body: read pipe: i/o timeout after 30s", http.StatusOK},
		"/nothing":     {"application/json", "nothing is here", http.StatusNotFound},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := open(t)
				near, far := net.Pipe()
				listener := single{make(chan net.Conn, 1)}
				listener.conns <- far
				server := web.NewServer(h, slog.New(slog.DiscardHandler))
				go server.Serve(listener)
				defer server.Close()
				defer close(listener.conns)
				defer near.Close()

				started := time.Now()
				fmt.Fprintf(near, "POST %s HTTP/1.1\r\nHost: h\r\nX-Test: body\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n{",
					path, h.token, c.kind)
				answer, err := http.ReadResponse(bufio.NewReader(near), nil)
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(answer.Body)
				if took := time.Since(started); answer.StatusCode != c.status || !strings.Contains(string(text), c.text) || took != 30*time.Second {
					t.Errorf("got %d %s after %s", answer.StatusCode, text, took)
				}
			})
		})
	}
}

func TestTheTimeLimitOfABodyDoesNotEndWhatFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t)
		near, far := net.Pipe()
		listener := single{make(chan net.Conn, 1)}
		listener.conns <- far
		server := web.NewServer(h, slog.New(slog.DiscardHandler))
		go server.Serve(listener)
		defer server.Close()
		defer close(listener.conns)
		defer near.Close()

		fmt.Fprint(near, "POST /graphql HTTP/1.1\r\nHost: h\r\nX-Test: minute\r\nContent-Length: 2\r\n\r\n{}")
		answer, err := http.ReadResponse(bufio.NewReader(near), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(answer.Body); err != nil || string(text) != "after 1m0s" {
			t.Errorf("got %q, %v", text, err)
		}
	})
}
