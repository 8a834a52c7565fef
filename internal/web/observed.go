package web

import (
	"bufio"
	"errors"
	"net"
	"net/http"
)

// errPanic stands for a handler that panicked; the log has the rest.
var errPanic = errors.New("panic")

// observed is a response writer that remembers what was answered.
type observed struct {
	inner  http.ResponseWriter
	status int // 0 until something was answered
	bytes  int64
	id     [1]string // the request id, in the shape of a header's value
	body   hurriedBody
	route  *route // where the path leads
}

// Header is the header of the answer.
func (o *observed) Header() http.Header { return o.inner.Header() }

// WriteHeader remembers the status; one that is only informational is followed by another.
func (o *observed) WriteHeader(status int) {
	if o.status == 0 && status >= 200 {
		o.status = status
	}
	o.inner.WriteHeader(status)
}

// Write counts the bytes.
func (o *observed) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.inner.Write(b)
	o.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observed) Unwrap() http.ResponseWriter { return o.inner }

// Flush sends what was written so far, for answers that stream.
func (o *observed) Flush() {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	_ = http.NewResponseController(o.inner).Flush() // Flusher has no error; the next Write meets it again
}

// Hijack hands the connection over, for websockets.
func (o *observed) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(o.inner).Hijack()
	if err == nil {
		o.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}
