package store

// SetFewHits sets how many posts that match are few, until the test ends.
func SetFewHits(t interface{ Cleanup(func()) }, n int) {
	was := fewHits
	fewHits = n
	t.Cleanup(func() { fewHits = was })
}
