package text_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models/text"
)

func TestGuard(t *testing.T) {
	employers := []string{"Acme", "Nova Scotia Power", "Nova", "R&D", " "}
	for _, test := range []struct {
		name, src string
		want      []string // kind and excerpt, in turn
	}{
		{"nothing", "She waited for three minutes, twice, in 2026.", nil},
		{"an e-mail address", "write to ana.b+c@mail.example.com, or not", []string{"email", "ana.b+c@mail.example.com"}},
		{"a handle is no e-mail address", "ask @ana@c1.example", nil},
		{"telephone numbers", "+49 30 1234567; (902) 555-0123; 902-555-0123; 0171/1234567; 555-0123; +491711234567; 01711234567.",
			[]string{"phone", "+49 30 1234567", "phone", "(902) 555-0123", "phone", "902-555-0123", "phone", "0171/1234567", "phone", "555-0123", "phone", "+491711234567", "phone", "01711234567"}},
		{"numbers of other things", "1,000,000 of 1234567890, 3.14159265, 2019-2024, 12 (3 + 4), 10 000 000", nil},
		{"a title with a name", "Dr. Meier and Mrs O'Neil met Prof. Anna Schmidt-Huber and Frau von Berg.",
			[]string{"name", "Dr. Meier", "name", "Mrs O'Neil", "name", "Prof. Anna Schmidt-Huber", "name", "Frau von Berg"}},
		{"a title without a name", "my Dr. said so; Miss it, Mister; the Mr and me; Drama Queen", nil},
		{"what overlaps is found once", "Dr. May 12, 2024", []string{"name", "Dr. May"}},
		{"dates", "on 12 March 2024, March 3rd; 2024-03-12, 12/03/24, 3.12.2024, am 3. März and the 4th of May",
			[]string{"date", "12 March 2024", "date", "March 3rd", "date", "2024-03-12", "date", "12/03/24", "date", "3.12.2024", "date", "3. März", "date", "4th of May"}},
		{"what is no date", "in March 2024, version 1.2.3.4, 99/99/99, 00.00.2024, 2024-13-40, may 10 people come, 3/4, 12/99/24, 3.4.1066", nil},
		{"employers", "At ACME's office, then Nova Scotia Power (not Novartis), then nova, R&D and Acmeville.",
			[]string{"employer", "ACME", "employer", "Nova Scotia Power", "employer", "nova", "employer", "R&D"}},
		{"beyond ASCII", "Ünïcode: Dr. Öztürk, 12. März", []string{"name", "Dr. Öztürk", "date", "12. März"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range text.Guard(test.src, employers) {
				if test.src[f.Start:f.End] != f.Excerpt {
					t.Errorf("%d to %d is not %q", f.Start, f.End, f.Excerpt)
				}
				got = append(got, string(f.Kind), f.Excerpt)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Guard (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzGuard(f *testing.F) {
	f.Add("Dr. Meier (902) 555-0123 on 12 March 2024 at Acme: a@b.example")
	f.Fuzz(func(t *testing.T, src string) {
		end := 0
		for _, finding := range text.Guard(src, []string{"Acme", "Nova Scotia Power"}) {
			if finding.Start < end || finding.End <= finding.Start || src[finding.Start:finding.End] != finding.Excerpt {
				t.Fatalf("%+v after %d", finding, end)
			}
			end = finding.End
		}
	})
}
