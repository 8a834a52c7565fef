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

// bodyTimeout is how long a client can take to send a body. A slow one would otherwise hold a buffer for as long as it likes.
const bodyTimeout = 30 * time.Second

// readBody reads a whole body into the buffer, which it empties first. A body over the limit is TOO_LARGE.
func readBody(w http.ResponseWriter, r *http.Request, limit int, buf *bytes.Buffer) error {
	buf.Reset()
	if r.ContentLength > int64(limit) {
		return tooLarge(limit)
	}
	// Not every connection has deadlines (a recorded one in a test has none); then there is nothing to guard against either.
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		defer control.SetReadDeadline(time.Time{})
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

// hurried gives bodies that a handler of another room reads the same time limit.
func hurried(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 && control.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
			r.Body = &hurriedBody{r.Body, control}
		}
		h(w, r)
	}
}

// hurriedBody lifts the time limit when the body has ended: what the handler does then may take as long as it likes.
type hurriedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read reads, and lifts the limit at the end.
func (b *hurriedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{}) // it could be set, so it can be lifted
	}
	return n, err
}
