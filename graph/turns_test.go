package graph

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

func TestSoManyOperationsOfAConsumerRunAtOnceAndTheOthersWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := &turns{most: 2}
		began, waited := time.Now(), make(chan time.Duration, 10)
		var busy sync.WaitGroup
		defer busy.Wait()
		for range 6 {
			busy.Go(func() {
				back, err := all.take(t.Context(), 1, ast.Query)
				if err != nil {
					t.Error(err)
					return
				}
				waited <- time.Since(began)
				time.Sleep(time.Second)
				back()
			})
		}
		synctest.Wait()
		if back, err := all.take(t.Context(), 2, ast.Query); err != nil || time.Since(began) != 0 {
			t.Errorf("another consumer waits for them: %v", err)
		} else {
			back()
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := all.take(soon, 1, ast.Query); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("whoever has no more time is told %v", err)
		}
		if back, err := all.take(soon, 1, ast.Mutation); err != nil {
			t.Errorf("a mutation waits for queries: %v", err)
		} else {
			back()
		}
		for i := range 6 {
			if got, want := <-waited, time.Duration(i/2)*time.Second; got != want {
				t.Errorf("operation %d begins after %s, not %s", i+1, got, want)
			}
		}
	})
}
