package store

// SetFewHits sets how many posts that match are few, and below how many that
// have it a term is rare, until the test ends.
func SetFewHits(t interface{ Cleanup(func()) }, n int) {
	few, rare := fewHits, rareTerm
	fewHits, rareTerm = n, n
	t.Cleanup(func() { fewHits, rareTerm = few, rare })
}
