package host

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestThatLinesWereLeftOutIsToldOnceASecondAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l lineLimit
		kept, told, cut := 0, 0, int64(0)
		write := func(seconds int, every time.Duration) {
			for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); time.Sleep(every) {
				may, n := l.allow()
				if may {
					kept++
				}
				if n > 0 {
					told, cut = told+1, cut+n
				}
			}
		}
		write(10, 100*time.Microsecond)
		if kept > linesBurst+11*linesPerSecond || told == 0 || told > 11 {
			t.Errorf("of a flood of ten seconds %d lines are kept, and it is told %d times that some were left out", kept, told)
		}
		write(3, time.Second)
		if cut != l.cut.Load() {
			t.Errorf("%d lines were left out, and %d told of", l.cut.Load(), cut)
		}
	})
}
