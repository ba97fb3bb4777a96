package text

import "testing"

func TestNear(t *testing.T) {
	for _, test := range []struct {
		word, name string
		want       bool
	}{
		{"ana", "Ana Lindqvarn", true},
		{"lindquarn", "Ana Lindqvarn", true},
		{"lindkwarn", "Ana Lindqvarn", true},
		{"lindkwarm", "Ana Lindqvarn", false},
		{"tobais", "Tobias Fennick", true},
		{"tobis", "Tobias Fennick", true},
		{"tobiaas", "Tobias Fennick", true},
		{"tbaios", "Tobias Fennick", false},
		{"soren", "Søren Åkesson", true},
		{"akeson", "Søren Åkesson", true},
		{"an", "Ana Lindqvarn", false},
		{"bob", "Ana Lindqvarn", false},
		{"", "Ana", false},
		{"fennickandsons", "Fennick", false},
	} {
		if got := Near(test.word, test.name); got != test.want {
			t.Errorf("Near(%q, %q) = %v", test.word, test.name, got)
		}
	}
}
