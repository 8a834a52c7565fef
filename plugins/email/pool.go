package email

import (
	"context"
	"errors"
	"net/textproto"
	"sync"
	"time"
)

// Bounds of a kept connection. Servers close idle ones after some minutes, and many of them take only so many messages on one.
const (
	idleFor  = 30 * time.Second
	mostUsed = 100
)

// pool keeps the connections of one integration that are not in use.
type pool struct {
	dial func(context.Context) (*conn, error)

	mu     sync.Mutex
	idle   []*kept
	closed bool
}

type kept struct {
	*conn
	expires *time.Timer
}

// take is a kept connection; nil if there is none.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		k := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if k.expires.Stop() {
			return k.conn
		}
		go k.quit() // its time was just up
	}
	return nil
}

// keep takes a connection back for the next message.
func (p *pool) keep(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || c.used >= mostUsed {
		go c.quit()
		return
	}
	k := &kept{conn: c}
	k.expires = time.AfterFunc(idleFor, func() { p.expire(k) })
	p.idle = append(p.idle, k)
}

func (p *pool) expire(k *kept) {
	p.mu.Lock()
	there := false
	for i, other := range p.idle {
		if other == k {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			there = true
			break
		}
	}
	p.mu.Unlock()
	if there {
		k.quit()
	}
}

// close ends what is kept, and what is given back later.
func (p *pool) close() {
	p.mu.Lock()
	list := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, k := range list {
		if k.expires.Stop() {
			k.quit()
		}
	}
}

// quitTime is how long a farewell may take.
const quitTime = 2 * time.Second

// quit says farewell and ends the connection.
func (c *conn) quit() {
	_ = c.line.SetDeadline(time.Now().Add(quitTime))
	_ = c.Quit()
	_ = c.line.Close()
}

// deliver sends a letter, on a kept connection if there is one. What a server has closed while it was kept says so at the first command:
// then nothing was sent, and a new one is made.
func (p *pool) deliver(ctx context.Context, l *letter, from mailbox, raw []byte) (receipt, error) {
	if c := p.take(); c != nil {
		r, err := p.on(ctx, c, l, from, raw)
		if !stale(err) {
			return r, err
		}
	}
	c, err := p.dial(ctx)
	if err != nil {
		return receipt{}, err
	}
	return p.on(ctx, c, l, from, raw)
}

// stale tells whether a kept connection was not there any more.
func stale(err error) bool {
	var f *failure
	var answer *textproto.Error
	if !errors.As(err, &f) || f.stage != sending {
		return false
	}
	return !errors.As(err, &answer) || answer.Code == 421
}

// on sends a letter on a connection, and keeps that if it is in order afterwards.
func (p *pool) on(ctx context.Context, c *conn, l *letter, from mailbox, raw []byte) (receipt, error) {
	end := c.line.begin(ctx)
	r, err := c.transact(l, from, raw)
	end()
	c.used++
	var answer *textproto.Error
	if err != nil && (!errors.As(err, &answer) || answer.Code == 421) {
		_ = c.line.Close() // broken, or closing
		return r, err
	}
	if err != nil {
		_ = c.line.SetDeadline(time.Now().Add(quitTime))
		if c.Reset() != nil {
			_ = c.line.Close()
			return r, err
		}
	}
	_ = c.line.SetDeadline(time.Time{})
	p.keep(c)
	return r, err
}
