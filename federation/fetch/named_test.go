package fetch

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/wire"
	"atelier/models"
)

func TestWhomAPostNames(t *testing.T) {
	const uri = "https://c1.example/users/ana"
	for _, test := range []struct {
		name, tag string
		want      models.Mention
	}{
		{"by a whole handle", "@ana@c1.example", models.Mention{URI: uri, URL: uri, Username: "ana", Acct: "ana@c1.example"}},
		{"by a name alone", "@ana", models.Mention{URI: uri, URL: uri, Username: "ana", Acct: "ana@c1.example"}},
		{"by nothing", "", models.Mention{URI: uri, URL: uri}},
		{"by an address", "@" + uri, models.Mention{URI: uri, URL: uri}},
		{"by a whole sentence", "Ana, whom we met", models.Mention{URI: uri, URL: uri}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := named(&wire.Post{Mentions: []wire.Mention{{Href: uri, Name: test.tag}}})
			if diff := cmp.Diff([]models.Mention{test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
