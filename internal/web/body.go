package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// bodyTimeout is how long a client can take to send a body. A slow one would otherwise hold a connection, and what was read so far,
// for as long as it likes.
const bodyTimeout = 30 * time.Second

// readBody reads a whole body into the buffer, which it empties first. A body over the limit is TOO_LARGE.
func readBody(r *http.Request, limit int, buf *bytes.Buffer) error {
	buf.Reset()
	if r.ContentLength > int64(limit) {
		return tooLarge(limit)
	}
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength) + bytes.MinRead) // room for the read that finds the end
	}
	var body io.Reader = r.Body
	if r.ContentLength < 0 {
		body = io.LimitReader(body, int64(limit)+1) // else the server reads no more than was announced
	}
	_, err := buf.ReadFrom(body)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{code: codeTimeout, detail: fmt.Sprintf("the body did not arrive within %s", bodyTimeout)}
	case err != nil:
		return hub.Invalid("", "the body ended before its time: it is shorter than its Content-Length, or not chunked as announced")
	case buf.Len() > limit:
		return tooLarge(limit)
	}
	return nil
}

func tooLarge(limit int) error {
	return &hub.Error{Code: hub.CodeTooLarge, Message: fmt.Sprintf("the body is larger than %d bytes, which is the limit here", limit)}
}

// hurriedBody is the body of a request under its time limit, which also holds for what the server reads of a body that no
// handler wanted. It is lifted when the body has ended: what the handler does then may take as long as it likes.
type hurriedBody struct {
	io.ReadCloser
	inner http.ResponseWriter
}

// Read reads, and lifts the limit at the end; not after any other error, or the rest could be waited for without end.
func (b *hurriedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = http.NewResponseController(b.inner).SetReadDeadline(time.Time{}) // it could be set, so it can be lifted
	}
	return n, err
}

// hurry sets the time limit of a request's body. A connection without deadlines, such as a recorded one in a test, has none.
func (o *observed) hurry(r *http.Request) {
	if r.ContentLength == 0 || http.NewResponseController(o.inner).SetReadDeadline(time.Now().Add(bodyTimeout)) != nil {
		return
	}
	o.body = hurriedBody{r.Body, o.inner}
	r.Body = &o.body
}
