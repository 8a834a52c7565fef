package engine

import (
	"context"
	"log/slog"
	"sync"
)

// lanes ask connectors beside each other, and each connector one thing after the other: whoever hangs holds up nobody else's questions.
type lanes struct {
	log  *slog.Logger
	idle func() // called when a connector has nothing more to answer

	all     sync.WaitGroup
	mu      sync.Mutex
	waiting map[subject]bool
	queues  map[string][]question // by connector; there for as long as it is being asked
}

// subject is what a question is about: a flow's target, or an integration.
type subject struct {
	flow        int64
	target      int
	integration int64
}

type question struct {
	about subject
	ask   func(context.Context) error
}

// add has a connector asked, after what it is to be asked already. What waits to be asked is not asked twice.
func (l *lanes) add(ctx context.Context, connector string, q question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[q.about] {
		return
	}
	if l.queues == nil {
		l.waiting, l.queues = map[subject]bool{}, map[string][]question{}
	}
	l.waiting[q.about] = true
	queue, asking := l.queues[connector]
	l.queues[connector] = append(queue, q)
	if !asking {
		l.all.Go(func() { l.work(ctx, connector) })
	}
}

// next takes the next question of a connector.
func (l *lanes) next(connector string) (q question, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.queues[connector]
	if len(queue) == 0 {
		delete(l.queues, connector)
		return q, false
	}
	l.queues[connector] = queue[1:]
	delete(l.waiting, queue[0].about)
	return queue[0], true
}

// work asks a connector until there is nothing more, or the engine ends. What fails, which the store does and no connector, is asked again.
func (l *lanes) work(ctx context.Context, connector string) {
	for q, ok := l.next(connector); ok; q, ok = l.next(connector) {
		for ctx.Err() == nil {
			err := q.ask(ctx)
			if err == nil || ctx.Err() != nil {
				break
			}
			l.log.Error("what a connector says could not be taken in; asking it again", "connector", connector, "error", err)
			_ = pauseFor(ctx, retryLoop)
		}
	}
	l.idle()
}
