package main

import (
	"math"
	"strings"

	"github.com/google/pprof/profile"
)

// part is what the hub's process does with its time.
type part int

// The parts. What is in no other is the rest: the collector of garbage in the background, the scheduler, and whatever the profile cannot name.
const (
	partRest part = iota
	partSQL
	partGraph
	partJSON
	partRights
	partHub
	partGzip
	partHTTP
	parts int = iota
)

// partNames are the heads of their columns, in the order of the columns.
var partNames = []struct {
	part part
	name string
}{{partSQL, "SQL"}, {partGraph, "gqlgen"}, {partJSON, "JSON"}, {partRights, "rights"}, {partHub, "hub"}, {partGzip, "gzip"}, {partHTTP, "HTTP"}, {partRest, "rest"}}

const (
	module = "github.com/recado-hub/recado/"
	gqlgen = "github.com/99designs/gqlgen/"
)

// owner says of a function, by how its name begins, to which part it belongs.
type owner struct {
	prefix string
	part   part
}

// owners are tried in this order.
var owners = []owner{
	// Who asks, and what is kept from them.
	{module + "internal/auth.", partRights}, {"github.com/golang-jwt/", partRights},
	{module + "internal/sqlite.(*DB).Caller", partRights}, {module + "internal/sqlite.(*DB).readCaller", partRights}, {module + "internal/sqlite.(*callers)", partRights},
	{module + "internal/sqlite.(*DB).disclos", partRights}, {module + "internal/sqlite.(*DB).Disclos", partRights}, {module + "internal/sqlite.disclos", partRights},
	{module + "internal/sqlite.lacks", partRights}, {module + "internal/sqlite.guarded", partRights}, {module + "internal/sqlite.(*DB).seesRecords", partRights},
	{module + "internal/sqlite.(*DB).provenance", partRights}, {module + "internal/sqlite.(*DB).rowsOf", partRights}, {module + "internal/sqlite.(*DB).unquoted", partRights},
	{module + "internal/sqlite.(*DB).redact", partRights}, {module + "internal/sqlite.(*hiddenFields)", partRights}, {module + "internal/sqlite.(*DB).hiddenFields", partRights},
	{module + "internal/sqlite.unnam", partRights}, {module + "internal/sqlite.unquote", partRights},
	{module + "internal/hub.Caller.", partRights}, {module + "internal/hub.Grants.", partRights}, {module + "internal/hub.Actions.", partRights},

	// The request is read, the answer is written.
	{module + "graph.decode", partJSON}, {module + "graph.encode", partJSON}, {module + "graph.appendResponse", partJSON},
	{gqlgen + "graphql.Marshal", partJSON}, {gqlgen + "graphql.writeQuotedString", partJSON},

	{module + "internal/sqlite.", partSQL}, {"modernc.org/", partSQL}, {"database/sql", partSQL},
	{module + "graph", partGraph}, {gqlgen, partGraph}, {"github.com/vektah/gqlparser/", partGraph}, {"github.com/graph-gophers/dataloader/", partGraph},
	{"github.com/klauspost/compress/", partGzip}, {"compress/", partGzip},
	{module + "internal/web.", partHTTP}, {"net/http.", partHTTP}, {"net.", partHTTP},
	{module + "internal/", partHub},
}

// partOf says to which part a moment belongs, by the functions that were under way, the innermost first: to that of the innermost that has
// one. So SQL that a resolver asks for is SQL, and the comparing of strings in it as well.
func partOf(stack []string) part {
	for _, function := range stack {
		if strings.HasSuffix(function, ".MarshalGQL") { // a value writes itself into the answer
			return partJSON
		}
		for _, o := range owners {
			if strings.HasPrefix(function, o.prefix) {
				return o.part
			}
		}
	}
	return partRest
}

// shares is where time was spent.
type shares struct {
	samples [parts]int64 // how often each part was met
	perSec  float64      // samples in a second of a processor
}

// sharesOf reads a CPU profile.
func sharesOf(p *profile.Profile) shares {
	s := shares{perSec: 1e9 / float64(max(p.Period, 1))}
	for _, sample := range p.Sample {
		var stack []string
		for _, l := range sample.Location {
			for _, line := range l.Line { // what was inlined comes first
				if line.Function != nil {
					stack = append(stack, line.Function.Name)
				}
			}
		}
		s.samples[partOf(stack)] += sample.Value[0]
	}
	return s
}

func (s *shares) add(other shares) {
	for i, n := range other.samples {
		s.samples[i] += n
	}
	s.perSec = other.perSec
}

// all is how many samples there are.
func (s *shares) all() (n int64) {
	for _, v := range s.samples {
		n += v
	}
	return n
}

// seconds is the time of processors that was seen.
func (s *shares) seconds() float64 {
	if s.perSec == 0 {
		return 0
	}
	return float64(s.all()) / s.perSec
}

// percent is the share of a part; those of all parts make 100.
func (s *shares) percent(p part) float64 {
	return 100 * float64(s.samples[p]) / float64(max(s.all(), 1))
}

// margin is the standard error of a share of one half, in percent, as samples have it that were taken at random; other shares have less.
func (s *shares) margin() float64 { return 50 / math.Sqrt(float64(max(s.all(), 1))) }
