package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// ExecutablePrefix begins the name of every third party's executable.
const ExecutablePrefix = "recado-connector-"

// Plugins say where executables of third parties are, and which of them are run.
type Plugins struct {
	Dir      string        // where they lie; empty: there are none
	Data     string        // data directory, which has the pins and the copies that are run
	Any      bool          // run whatever lies there, as it lies there: for development
	Reserved []string      // names that no third party's connector may have
	Every    time.Duration // how often it is looked what is there; zero: 1 s
}

// plugins keeps the host's connectors as the plugins directory and the pins say. It looks again and again and is not told by the operating
// system: that works on network file systems, through links and for what a container mounts, where no such news come; what is new must
// be seen to rest anyhow; and to ask for the times of a few files costs nothing.
type plugins struct {
	h      *Host
	o      Plugins
	pins   Pins
	copies copies
	seen   map[string]*candidate // by file name
	absent map[string]int        // connectors whose file was not there, and how often in a row
	view   atomic.Pointer[hub.PluginsDirectory]
}

// candidate is a file of the directory as it was last seen.
type candidate struct {
	name    string // of its connector; empty if it is none
	path    string
	info    os.FileInfo
	since   time.Time // when it was first seen like this
	sum     string    // empty: not read yet
	problem error     // why it cannot be run, whoever trusts it
	refused *hub.RefusedExecutable
	given   *executable // what the host was given for it
}

func newPlugins(h *Host, o Plugins) *plugins {
	o.Every = cmp.Or(o.Every, time.Second)
	if dir, err := filepath.Abs(o.Dir); err == nil {
		o.Dir = dir
	}
	s := &plugins{h: h, o: o, pins: PinsOf(o.Data), copies: copies{filepath.Join(o.Data, "connectors")}, seen: map[string]*candidate{}, absent: map[string]int{}}
	s.view.Store(&hub.PluginsDirectory{Path: o.Dir})
	return s
}

// open says whether there is a directory at all: a wrong path is better said at the start.
func (s *plugins) open() error {
	if _, err := os.ReadDir(s.o.Dir); err != nil {
		return fmt.Errorf("the plugins directory cannot be read: %w", err)
	}
	list, err := s.pins.List()
	if s.o.Any || err != nil { // which the first scan shows
		return nil
	}
	keep := map[string]bool{}
	for _, p := range list {
		keep[copyName(p.SHA256)] = true
	}
	s.copies.sweep(keep)
	return nil
}

func (s *plugins) watch(ctx context.Context) {
	tick := time.NewTicker(s.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s.scan(now)
		}
	}
}

// scan looks at the directory once. When it, or what is trusted, cannot be read, all stays as it is and the problem is shown.
func (s *plugins) scan(now time.Time) {
	view := &hub.PluginsDirectory{Path: s.o.Dir, ReadAt: now.UTC()}
	defer func() {
		if was := s.view.Load(); view.Problem != "" && was.Problem != view.Problem {
			s.h.o.Log.Error("the plugins directory cannot be used; what runs goes on", "problem", view.Problem)
		}
		s.view.Store(view)
	}()
	entries, err := os.ReadDir(s.o.Dir)
	if err != nil {
		view.Problem, view.Refused = "the plugins directory cannot be read: "+err.Error(), s.view.Load().Refused
		return
	}
	trusted, err := s.trusted()
	if err != nil {
		view.Problem, view.Refused = err.Error(), s.view.Load().Refused
		return
	}
	present, there := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		name, ok := NameOf(e.Name())
		if !ok {
			continue
		}
		there[e.Name()] = true
		c := s.look(e.Name(), name, now)
		if c == nil { // it went while it was looked at
			continue
		}
		if c.name != "" {
			present[c.name] = true
			s.settle(c, trusted, now)
		}
		if c.refused != nil {
			view.Refused = append(view.Refused, *c.refused)
		}
	}
	for file := range s.seen {
		if !there[file] {
			delete(s.seen, file)
		}
	}
	s.takeAway(present)
}

// trusted are the pins, as a set of name and SHA-256.
func (s *plugins) trusted() (map[[2]string]bool, error) {
	if s.o.Any {
		return nil, nil
	}
	list, err := s.pins.List()
	if err != nil {
		return nil, err
	}
	set := make(map[[2]string]bool, len(list))
	for _, p := range list {
		set[[2]string{p.Name, p.SHA256}] = true
	}
	return set, nil
}

// look is what a file is like now. One that has not changed since it was last seen is not read again; nil if it is not there.
func (s *plugins) look(file, name string, now time.Time) *candidate {
	path := filepath.Join(s.o.Dir, file)
	info, err := os.Stat(path) // a link is followed: that is how some packages install
	if errors.Is(err, fs.ErrNotExist) {
		return s.dangling(file, path, now)
	}
	c := s.seen[file]
	if c != nil && err == nil && c.info != nil && os.SameFile(c.info, info) && c.info.Size() == info.Size() && c.info.ModTime().Equal(info.ModTime()) && c.info.Mode() == info.Mode() {
		return c
	}
	next := &candidate{path: path, info: info, since: now}
	if c != nil && !c.dangles() {
		next.given = c.given
	} else if k := s.h.find(name); k != nil { // it was not there for a moment
		next.given = k.wanted()
	}
	s.seen[file] = next
	next.name, next.problem = name, judge(name, info, err)
	if next.problem == nil && (slices.Contains(s.o.Reserved, name) || s.h.o.Builtin[name] != nil) {
		next.problem = reserved(name)
	}
	if !connectorName.MatchString(name) || s.h.o.Builtin[name] != nil || slices.Contains(s.o.Reserved, name) {
		next.name = "" // it is nobody's
	}
	if next.problem != nil {
		next.refuse(next.problem.Error(), "Mend that, or take the file away.", now)
	}
	return next
}

// dangling is a link to a file that is not there. It is nobody's, so that its connector is taken away like any other whose file is gone; it is nil
// if there is no link either.
func (s *plugins) dangling(file, path string, now time.Time) *candidate {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	c := s.seen[file]
	if c == nil || !c.dangles() || !os.SameFile(c.info, info) {
		c = &candidate{path: path, info: info, since: now}
		s.seen[file] = c
	}
	if c.refused == nil && now.Sub(c.since) >= restFor { // else what it leads to may be about to be replaced
		c.refuse("it is a link to a file that does not exist", "Put that file in place, or take the link away.", now)
		s.h.o.Log.Warn("an executable in the plugins directory is not run", "file", path, "problem", c.refused.Problem, "next", c.refused.NextStep)
	}
	return c
}

// dangles says whether it was seen as a link to nothing; any other link is seen as what it leads to.
func (c *candidate) dangles() bool { return c.info != nil && c.info.Mode()&os.ModeSymlink != 0 }

// NameOf reads the name of a connector from that of its executable; false for any other file.
func NameOf(file string) (name string, ok bool) {
	return strings.CutPrefix(strings.TrimSuffix(file, ".exe"), ExecutablePrefix)
}

// Judge says why a file of a plugins directory can be no connector, whoever trusts it; nil if it can be one.
func Judge(path, name string, isReserved bool) error {
	info, err := os.Stat(path) // a link is followed: that is how some packages install
	if err := judge(name, info, err); err != nil {
		return err
	}
	if isReserved {
		return reserved(name)
	}
	return nil
}

func reserved(name string) error {
	return fmt.Errorf("%q is the name of a built-in connector; give it another name", name)
}

func judge(name string, info os.FileInfo, err error) error {
	switch {
	case !connectorName.MatchString(name):
		return fmt.Errorf("a connector cannot be called %q: a name has lower-case letters, digits, dashes and underscores, 40 at most", hub.Clip(name, 60))
	case err != nil:
		return err
	case !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return errors.New("it is no executable file; make it one with chmod +x, or take it away")
	}
	return nil
}

// restFor is how long a file that is not trusted must stay as it is before anything is said of it, or it is run without being trusted: it
// may not be whole yet. A whole one that is trusted is known by its SHA-256, and taken at once.
const restFor = 2 * time.Second

func (c *candidate) rests(now time.Time) bool {
	return now.Sub(c.since) >= restFor || now.Sub(c.info.ModTime()) >= restFor && c.given == nil
}

// settle lets follow what follows from a file: its connector is run from it, or it is shown why not.
func (s *plugins) settle(c *candidate, trusted map[[2]string]bool, now time.Time) {
	if s.h.isLeaving(c.name) {
		return
	}
	if c.problem == nil && c.sum == "" {
		sum, _, err := hashFile(c.path)
		switch {
		case errors.Is(err, errChanging):
			return
		case err != nil:
			c.problem = err
			c.refuse(err.Error(), "Let the user as whom the hub runs read the file, or take it away.", now)
		}
		c.sum = sum
	}
	switch {
	case c.problem == nil && s.o.Any:
		if c.rests(now) && (c.given == nil || c.given.sha256 != c.sum) {
			s.give(c, &executable{command: []string{c.path}, sha256: c.sum, trust: hub.TrustAny})
		}
		return
	case c.problem == nil && trusted[[2]string{c.name, c.sum}]:
		s.giveTrusted(c, now)
		return
	case c.problem == nil && c.rests(now):
		c.refuse("the file is not trusted", "Make sure where it comes from, then run: recado connector trust --data "+s.o.Data+" "+c.path, now)
	}
	s.hold(c, trusted)
}

// giveTrusted has a connector run from the hub's own copy of a trusted file.
func (s *plugins) giveTrusted(c *candidate, now time.Time) {
	if c.given != nil && c.given.sha256 == c.sum {
		if k := s.h.find(c.name); k != nil && k.view.Load().Refused != nil { // what ran all the time was put back
			s.give(c, c.given)
		}
		return
	}
	own, err := s.copies.of(c.path, c.sum)
	switch {
	case errors.Is(err, errChanging):
		c.sum = ""
	case err != nil:
		c.refuse("the hub cannot copy it: "+err.Error(), "Give the data directory room, and let the hub write there.", now)
		s.show(c)
	default:
		s.give(c, &executable{command: []string{own}, sha256: c.sum, trust: hub.TrustPinned})
	}
}

// give has a connector run from an executable.
func (s *plugins) give(c *candidate, x *executable) {
	c.given, c.refused = x, nil
	s.h.offer(c.name, x, nil)
}

// hold shows a file that is not run. What ran before the file was changed goes on, as long as that is trusted.
func (s *plugins) hold(c *candidate, trusted map[[2]string]bool) {
	if c.given != nil && c.given.trust == hub.TrustPinned && !trusted[[2]string{c.name, c.given.sha256}] {
		c.given = nil
		s.h.offer(c.name, nil, c.refused)
		return
	}
	s.show(c)
}

// show tells of a file that is not run, once for each way in which it is not.
func (s *plugins) show(c *candidate) {
	k := s.h.find(c.name)
	if c.refused == nil || k != nil && k.view.Load().Refused == c.refused {
		return
	}
	s.h.o.Log.Warn("an executable in the plugins directory is not run", "file", c.path, "problem", c.refused.Problem, "sha256", c.sum, "next", c.refused.NextStep)
	s.h.offer(c.name, c.given, c.refused)
}

// refuse says why a file is not run; one that is refused for that reason already stays so.
func (c *candidate) refuse(problem, next string, now time.Time) {
	if c.refused == nil || c.refused.Problem != problem {
		c.refused = &hub.RefusedExecutable{File: c.path, Name: c.name, SHA256: c.sum, Problem: problem, NextStep: next, At: now.UTC()}
	}
}

// takeAway takes those connectors away whose files are gone. A file that is put in place of another one may be missing for a moment, so
// it has to be missed twice.
func (s *plugins) takeAway(present map[string]bool) {
	for _, c := range s.h.everyone() {
		x := c.wanted()
		if present[c.name] || x != nil && x.trust == hub.TrustBuiltIn || s.h.find(c.name) != c {
			delete(s.absent, c.name)
			continue
		}
		if s.absent[c.name]++; s.absent[c.name] >= 2 {
			delete(s.absent, c.name)
			s.h.remove(c.name)
		}
	}
}
