package sdk

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// incompatible is how go-plugin says that both sides have no version in common. A test with a real process holds it.
var incompatible = regexp.MustCompile(`incompatible API version with plugin\. Plugin version: (-?\d+),`)

// VersionProblem says in words what is wrong when the start of a connector failed because it speaks no version of the contract that this
// package speaks, and what to do about it. It is empty for any other error.
func VersionProblem(err error) string {
	if err == nil {
		return ""
	}
	m := incompatible.FindStringSubmatch(err.Error())
	if m == nil {
		return ""
	}
	theirs, e := strconv.Atoi(m[1])
	if e != nil {
		return ""
	}
	ours := slices.Sorted(maps.Keys(VersionedPlugins()))
	said := fmt.Sprintf("it speaks version %d of the connector contract, and this version of Recado speaks %s", theirs, listed(ours))
	if theirs > ours[len(ours)-1] {
		return said + ": the connector is too new; update Recado, or install an older version of the connector"
	}
	return said + ": the connector is too old; install a newer version of it, or build it with the present SDK"
}

func listed(versions []int) string {
	text := strconv.Itoa(versions[0])
	for _, v := range versions[1:] {
		text += ", " + strconv.Itoa(v)
	}
	return text
}
