package sdk

import (
	"bytes"
	"io"
	"sync"
)

// mostWords bounds the line that lastLine keeps, in bytes.
const mostWords = 300

// lastLine passes a stream on and remembers the beginning of its last line that was not empty.
type lastLine struct {
	to io.Writer

	mu   sync.Mutex
	line []byte // growing
	last []byte
}

// Write never fails: a log that nobody takes stops no connector.
func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to != nil {
		_, _ = l.to.Write(p)
	}
	for rest := p; len(rest) > 0; {
		piece, after, ended := bytes.Cut(rest, []byte{'\n'})
		l.line = append(l.line, piece[:min(len(piece), mostWords-len(l.line))]...)
		if ended {
			l.keep()
		}
		rest = after
	}
	return len(p), nil
}

func (l *lastLine) keep() {
	if text := bytes.TrimSpace(l.line); len(text) > 0 {
		l.last = append(l.last[:0], text...)
	}
	l.line = l.line[:0]
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep()
	return utf8Text(string(l.last))
}
