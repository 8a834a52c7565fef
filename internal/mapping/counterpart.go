package mapping

// Counterparts are those among the recipients of another message about the same row who stand for one of this message's, by how this one
// is written: where both name as many, the one at the same place; else all of them. normal and otherNormal write recipients as the two
// messages want them. There is always at least one answer, as with [Recipient.Resolve].
func (r Recipient) Counterparts(row Row, text string, normal func(string) (string, error), other Recipient, otherNormal func(string) (string, error)) []To {
	mine, theirs := r.each(), other.each()
	if r.Check() != nil || other.Check() != nil || len(mine) != len(theirs) {
		return other.Resolve(row, otherNormal)
	}
	own, others := writing(normal), writing(otherNormal)
	var found []To
	for i := range mine {
		list := mine[i].resolve(row, own)
		for j, to := range list {
			if to.Text != text {
				continue
			}
			if their := theirs[i].resolve(row, others); len(their) == len(list) {
				found = append(found, their[j])
			} else {
				found = append(found, their...)
			}
		}
	}
	if len(found) == 0 { // who it went to is not among them any more
		return other.Resolve(row, otherNormal)
	}
	return distinct(found)
}

// each are the recipients, of which each may stand for several.
func (r Recipient) each() []Recipient {
	if r.All != nil {
		return r.All
	}
	return []Recipient{r}
}

// writing is how recipients are written; without a function every text is as it is.
func writing(normal func(string) (string, error)) func(string) (string, error) {
	if normal == nil {
		return func(s string) (string, error) { return s, nil }
	}
	return normal
}

// distinct leaves out whoever was there before.
func distinct(list []To) []To {
	if len(list) == 1 {
		return list
	}
	out, seen := list[:0], make(map[string]bool, len(list))
	for _, to := range list {
		if to.Text != "" && seen[to.Text] {
			continue
		}
		seen[to.Text] = true
		out = append(out, to)
	}
	return out
}
