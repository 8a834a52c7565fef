package catalog_test

import (
	"testing"
)

func BenchmarkCheckOfARowOf88Fields(b *testing.B) {
	rt, row := task(b), taskFields(b, true)
	b.ReportAllocs()
	for b.Loop() {
		if rt.Check(row) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkNormalOfARowOf88Fields(b *testing.B) {
	rt := task(b)
	row, _ := rt.Normal(taskFields(b, true))
	b.ReportAllocs()
	for b.Loop() {
		rt.Normal(row)
	}
}
