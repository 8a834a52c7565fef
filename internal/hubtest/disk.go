package hubtest

import (
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/sqlite"
)

// DiskFault is what SQLite answers when something is wrong below it.
type DiskFault struct {
	Name string
	Up   bool // SQLite gives up the whole transaction, as it does when it cannot undo the statement alone
	code int  // sqlite.org/rescode.html
}

// The faults that a disk may have.
var (
	DiskBusy   = &DiskFault{"SQLITE_BUSY", false, 5}
	DiskFull   = &DiskFault{"SQLITE_FULL", true, 13}
	DiskNoRoom = &DiskFault{"SQLITE_FULL, for a statement that can be undone", false, 13}
	DiskBroken = &DiskFault{"SQLITE_IOERR_WRITE", true, 778}

	crashed = &DiskFault{"the process has ended", false, 10}
)

// Error names the result.
func (f *DiskFault) Error() string { return "a fault of the disk: " + f.Name }

// Code is the result, as the driver's errors have it.
func (f *DiskFault) Code() int { return f.code }

// GivesUp says whether the transaction is gone.
func (f *DiskFault) GivesUp() bool { return f.Up }

// Disk stands between a store and SQLite. Without being told anything it only counts.
type Disk struct {
	mu    sync.Mutex
	calls int
	at    int // the call at which the process ends; 0: none
	done  bool
	dead  bool
	ask   func(sqlite.Call) *DiskFault
	slow  time.Duration // what a call of the writer takes
}

// Call is for [sqlite.Options]: every call to SQLite passes here.
func (d *Disk) Call(c sqlite.Call) error {
	if takes := d.takes(c); takes > 0 {
		time.Sleep(takes)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !c.Done && !c.Read {
		d.calls++
	}
	if d.at > 0 && d.calls >= d.at && c.Done == d.done && !c.Read {
		d.dead = true
	}
	if d.dead {
		return crashed
	}
	if d.ask != nil {
		if f := d.ask(c); f != nil {
			return f
		}
	}
	return nil
}

// takes is how long a call is to take.
func (d *Disk) takes(c sqlite.Call) time.Duration {
	if c.Read || c.Done {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slow
}

// Slow has every call of the writer take so long, as on a busy machine: the time at which a transaction began is then a while ago when it ends.
func (d *Disk) Slow(each time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = each
}

// Calls is how many calls the writer has made.
func (d *Disk) Calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// CrashAt ends the process at a call of the writer, counted from here, or once SQLite has done it: nothing reaches the disk from then
// on, whatever the rest of the process does until it is stopped.
func (d *Disk) CrashAt(call int, done bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.done = d.calls+call, done
}

// Crash ends the process between two calls.
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// Crashed says whether the process has ended.
func (d *Disk) Crashed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// Fail has a function say which calls fail; nil ends that. It is called with the disk locked.
func (d *Disk) Fail(ask func(sqlite.Call) *DiskFault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ask = ask
}
