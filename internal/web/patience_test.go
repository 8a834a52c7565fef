package web_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/web"
)

func TestAClientThatDoesNotReadALongAnswerIsLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long, ended := strings.Repeat("work order ", 100_000), make(chan time.Time, 1)
		h := open(t, func(o *web.Options) {
			o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, long)
				ended <- time.Now()
			})
		})
		near, far := net.Pipe()
		listener := single{make(chan net.Conn, 1)}
		listener.conns <- far
		server := web.NewServer(h, slog.New(slog.DiscardHandler))
		go server.Serve(listener)
		defer server.Close()
		defer close(listener.conns)
		defer near.Close()
		read := bufio.NewReader(near)
		ask := func() (*http.Response, error) {
			fmt.Fprint(near, "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
			return http.ReadResponse(read, nil)
		}

		for range 2 { // one that reads slowly, but in time, may ask again, much later too
			answer, err := ask()
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Second)
			if text, err := io.ReadAll(answer.Body); err != nil || string(text) != long {
				t.Fatalf("got %d bytes, %v", len(text), err)
			}
			<-ended
			time.Sleep(100 * time.Second)
		}
		began := time.Now()
		answer, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		if took := (<-ended).Sub(began); took != time.Minute {
			t.Errorf("it holds the answer for %s", took)
		}
		if text, err := io.ReadAll(answer.Body); err == nil {
			t.Errorf("it still gets %d bytes, to the end", len(text))
		}
	})
}

// The page of GraphiQL is for everybody, so it must not be held by whoever reads nothing.
func TestAClientThatDoesNotReadAFileOfGraphiQLIsLetGo(t *testing.T) {
	t.Parallel()
	page := open(t, api).do(request("GET", "/graphql", "", "Accept", browser)).Body.String()
	script := regexp.MustCompile(`graphql/assets/main[^"]+\.js`).FindString(page)
	synctest.Test(t, func(t *testing.T) {
		h := open(t, api)
		near, far := net.Pipe()
		listener := single{make(chan net.Conn, 1)}
		listener.conns <- far
		server := web.NewServer(h, slog.New(slog.DiscardHandler))
		go server.Serve(listener)
		defer server.Close()
		defer close(listener.conns)
		defer near.Close()
		fmt.Fprintf(near, "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n", script)
		answer, err := http.ReadResponse(bufio.NewReader(near), nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if text, err := io.ReadAll(answer.Body); err == nil {
			t.Errorf("it still gets %d bytes, to the end", len(text))
		}
	})
}
