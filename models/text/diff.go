package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Op says what became of a run of words.
type Op uint8

// What can become of words.
const (
	Equal Op = iota
	Deleted
	Inserted
)

// Run is a run of words with one fate.
type Run struct {
	Op   Op
	Text string
}

// Diff compares two versions of a text by word. The runs that are not Inserted
// make old, those that are not Deleted make new; where both differ, what was
// deleted comes first. It compares lines first and then the words of lines
// that changed; parts that have little in common are deleted and inserted as a
// whole.
func Diff(old, new string) []Run {
	var d differ
	var deleted, inserted strings.Builder // lines that differ
	settle := func() {
		d.words(deleted.String(), inserted.String())
		deleted.Reset()
		inserted.Reset()
	}
	compare(splitLines(old), splitLines(new), func(op Op, lines []string) {
		switch op {
		case Equal:
			settle()
			d.add(Equal, lines...)
		case Deleted:
			write(&deleted, lines)
		case Inserted:
			write(&inserted, lines)
		}
	})
	settle()
	d.end()
	return d.runs
}

// differ gathers the runs of a Diff.
type differ struct {
	runs []Run
	op   Op // of the run that is being written,
	text strings.Builder
}

// words adds how old becomes new by word.
func (d *differ) words(old, new string) {
	var deleted, inserted []string // between two words that stay
	settle := func() {
		d.add(Deleted, deleted...)
		d.add(Inserted, inserted...)
		deleted, inserted = nil, nil
	}
	compare(splitWords(old), splitWords(new), func(op Op, words []string) {
		switch op {
		case Equal:
			settle()
			d.add(Equal, words...)
		case Deleted:
			deleted = append(deleted, words...)
		case Inserted:
			inserted = append(inserted, words...)
		}
	})
	settle()
}

// add adds words with the fate op.
func (d *differ) add(op Op, words ...string) {
	if len(words) == 0 {
		return
	}
	if op != d.op {
		d.end()
		d.op = op
	}
	write(&d.text, words)
}

// end ends the run that is being written.
func (d *differ) end() {
	if d.text.Len() > 0 {
		d.runs = append(d.runs, Run{d.op, d.text.String()})
		d.text.Reset()
	}
}

func write(w *strings.Builder, words []string) {
	for _, s := range words {
		w.WriteString(s)
	}
}

// splitLines returns the lines of s with their ends.
func splitLines(s string) []string { return strings.SplitAfter(s, "\n") }

// splitWords returns the words of s, the white space and the other characters
// between them.
func splitWords(s string) []string {
	var tokens []string
	for s != "" {
		r, end := utf8.DecodeRuneInString(s)
		switch {
		case word(r):
			end = span(s, 0, word)
		case unicode.IsSpace(r): // in one piece, which is quicker to compare
			end = span(s, 0, unicode.IsSpace)
		}
		tokens = append(tokens, s[:end])
		s = s[end:]
	}
	return tokens
}

// maxEdits is how many insertions and deletions compare looks for. Its time
// and memory grow with their square.
const maxEdits = 800

// compare tells each how a becomes b, by the algorithm of Myers (An O(ND)
// Difference Algorithm, 1986), after what both have at their ends.
func compare(a, b []string, each func(Op, []string)) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	each(Equal, a[:head])
	middle(a[head:len(a)-tail], b[head:len(b)-tail], each)
	each(Equal, a[len(a)-tail:])
}

// middle compares what has nothing in common at its ends.
func middle(a, b []string, each func(Op, []string)) {
	trace := shortest(a, b)
	if trace == nil {
		each(Deleted, a)
		each(Inserted, b)
		return
	}
	for _, e := range edits(trace, len(a), len(b)) {
		if e.op == Inserted {
			each(Inserted, b[e.y:e.y+1])
		} else {
			each(e.op, a[e.x:e.x+1])
		}
	}
}

// edit is one step from a to b: what to do with a[x], or with b[y] where it is
// inserted.
type edit struct {
	op   Op
	x, y int
}

// edits walks the trace back from the ends of a and b.
func edits(trace [][]int32, x, y int) []edit {
	var all []edit
	equal := func(downTo int) {
		for x > downTo && y > 0 {
			x, y = x-1, y-1
			all = append(all, edit{Equal, x, y})
		}
	}
	for d := len(trace) - 1; d > 0; d-- {
		reached := func(k int) int { // how far diagonal k went with d-1 edits
			return int(trace[d-1][k+d-1])
		}
		k := x - y
		if k == -d || k != d && reached(k-1) < reached(k+1) {
			equal(reached(k + 1))
			y--
			all = append(all, edit{Inserted, x, y})
		} else {
			equal(reached(k-1) + 1)
			x--
			all = append(all, edit{Deleted, x, y})
		}
	}
	equal(0)
	slices.Reverse(all)
	return all
}

// shortest returns, for each number of edits up to the least that makes b of
// a, how far each diagonal goes; nil if more than maxEdits are needed.
func shortest(a, b []string) [][]int32 {
	limit := min(maxEdits, len(a)+len(b))
	reach := make([]int32, 2*limit+3) // reach[k+limit+1] on diagonal k
	var trace [][]int32
	for d := 0; d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			var x int
			switch down, right := reach[k+limit+2], reach[k+limit]; {
			case k == -d || k != d && right < down:
				x = int(down)
			default:
				x = int(right) + 1
			}
			for y := x - k; x < len(a) && y < len(b) && y >= 0 && a[x] == b[y]; y++ {
				x++
			}
			reach[k+limit+1] = int32(x)
			if x >= len(a) && x-k >= len(b) {
				return append(trace, append([]int32(nil), reach[limit+1-d:limit+2+d]...))
			}
		}
		trace = append(trace, append([]int32(nil), reach[limit+1-d:limit+2+d]...))
	}
	return nil
}
