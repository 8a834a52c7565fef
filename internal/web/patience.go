package web

import (
	"net/http"
	"time"
)

// answerTimeout is how long a client can take to read a long answer; longAnswer is from how many bytes on that counts. What is shorter
// is mostly taken by the network at once, and holds little.
const (
	answerTimeout = time.Minute
	longAnswer    = 64 << 10
)

// hurriedAnswer is an answer whose reader has to keep up: one that reads nothing would hold the answer, and the work that waits to write it,
// for as long as it likes.
type hurriedAnswer struct {
	http.ResponseWriter
	wrote   int
	hurried bool
}

// Write writes, under the time limit once the answer is long.
func (a *hurriedAnswer) Write(b []byte) (int, error) {
	if a.wrote += len(b); a.wrote >= longAnswer && !a.hurried {
		a.hurried = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(answerTimeout)) == nil
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *hurriedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// end waits for the client to have taken everything, and lifts the limit: the connection may be used for something else.
func (a *hurriedAnswer) end() {
	if !a.hurried {
		return
	}
	control := http.NewResponseController(a.ResponseWriter)
	if control.Flush() == nil {
		_ = control.SetWriteDeadline(time.Time{}) // it could be set, so it can be lifted
	}
}
