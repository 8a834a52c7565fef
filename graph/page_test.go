package graph_test

import (
	"fmt"
	"slices"
	"testing"
)

func TestAListIsWalkedBackwardPageByPage(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	var want []string
	for i := range 7 {
		r := d.do(d.admin, groupCreate, vars{"in": vars{"description": fmt.Sprintf("page %d", i)}})
		want = append(want, r.text("groupCreate", "group", "id"))
	}
	slices.Reverse(want)
	const q = `query($last: Int, $before: Cursor) { groups(filter: {search: "PAGE"}, last: $last, before: $before) {
		edges { cursor node { id } } totalCount totalCountIsExact pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	var got []string
	v := vars{"last": 3}
	for page := 0; ; page++ {
		r := d.do(d.admin, q, v)
		var ids []string
		for i := range r.list("groups", "edges") {
			ids = append(ids, r.text("groups", "edges", i, "node", "id"))
		}
		got = slices.Concat(ids, got) // the order of the edges is that of the list, not that of the travel
		if r.at("groups", "pageInfo", "hasNextPage") != (page > 0) || r.at("groups", "totalCount") != 7.0 || r.at("groups", "totalCountIsExact") != true {
			t.Errorf("page %d says %v", page, r.at("groups"))
		}
		if r.at("groups", "pageInfo", "hasPreviousPage") == false {
			break
		}
		if v["before"] = r.text("groups", "pageInfo", "startCursor"); v["before"] != r.text("groups", "edges", 0, "cursor") {
			t.Error("the page does not begin with its first item")
		}
		if page > 3 {
			t.Fatal("the list does not begin")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the pages hold %v, not %v", got, want)
	}
}
