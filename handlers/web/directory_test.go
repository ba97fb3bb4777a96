package web_test

import (
	"strings"
	"testing"

	"atelier/models"
)

// What Ana says in the directory of the tests: one field for each audience.
func (h *house) anaSays(b *browser) {
	h.Helper()
	b.shows(b.post("/settings", "name", "Ana Lindqvarn", "ask", "Silence, and managers", "ask-to", "members", "town", "Courtenay", "town-to", "everyone",
		"languages", "Swedish; english,Swedish", "languages-to", "members", "credential", "PCC", "credential-to", "nobody"), 200, "Saved.")
}

func TestEachFieldForWhomItIs(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		me, bo, gil, stranger := h.as(ana), h.as(h.member("Bo Tollgate")), h.as(h.guest("Gil Guest")), h.stranger()
		if p := stranger.get("/people?q=courtenay"); p.Path != "/sign-in?next=%2Fpeople%3Fq%3Dcourtenay" {
			t.Errorf("as long as nobody says anything to everyone, a stranger is led to %s", p.Path)
		}
		h.anaSays(me)
		p := me.get("/settings")
		for _, typed := range []string{`value="Silence, and managers"`, `value="Swedish, english"`, `value="PCC"`, `<option value="nobody" selected>`} {
			me.has(p, typed)
		}

		const ask, town, languages, credential = "Silence, and managers", "Courtenay", "Swedish, english", "PCC"
		for _, path := range []string{"/people/ana", "/people"} {
			bo.shows(bo.get(path), 200, ask, town, languages)
			bo.hides(bo.get(path), credential)
			me.hides(me.get(path), credential)
			for who, b := range map[string]*browser{"a guest": gil, "a stranger": stranger} {
				p := b.get(path)
				b.shows(p, 200, town)
				for _, hidden := range []string{"Silence", "managers", "Swedish", credential} {
					if strings.Contains(p.Body, hidden) {
						t.Errorf("%s reads %q at %s", who, hidden, path)
					}
				}
			}
		}
		bo.shows(bo.get("/people/ana"), 200, "Ask me about Silence, and managers", "Town Courtenay", "Languages Swedish, english")
		bo.shows(bo.get("/people"), 200, "Three members, one guest", "Ana Lindqvarn Courtenay. Swedish, english Silence, and managers", "Bo Tollgate", "Maren Oakhollow The president")
		gil.shows(gil.get("/people"), 200, "Three members, one guest", "Bo Tollgate")
		p = stranger.get("/people")
		stranger.shows(p, 200, "One person whom anybody may ask", "Ana Lindqvarn Courtenay")
		stranger.hides(p, "Bo Tollgate", "Maren Oakhollow", "Gil Guest")

		bo.shows(bo.get("/people?q=silence"), 200, "One person found", "Ask them about “silence”", "Ana Lindqvarn")
		bo.shows(bo.get("/people?q=swed"), 200, "One person found", "Here AL Ana Lindqvarn")
		bo.shows(bo.get("/people?q=pcc"), 200, "Nobody here is found by that.")
		for who, b := range map[string]*browser{"a guest": gil, "a stranger": stranger} {
			b.shows(b.get("/people?q=courtenay"), 200, "One person found", "Ana Lindqvarn")
			none := b.get("/people?q=zebra")
			b.shows(none, 200, "Nobody here is found by that.")
			for _, q := range []string{"silence", "swedish", "pcc", "courtenay+managers", "ana+silence"} {
				asked := func(p *answer) string {
					return strings.NewReplacer(q, "", strings.ReplaceAll(q, "+", " "), "", strings.ReplaceAll(q, "+", "&#43;"), "", "zebra", "").Replace(p.Body)
				}
				if p := b.get("/people?q=" + q); p.Status != 200 || asked(p) != asked(none) {
					t.Errorf("%s learns something by %q: %s", who, q, p.said())
				}
			}
		}
		stranger.shows(stranger.get("/people?q=nobody@books.example"), 200, "Nobody here is found by that.") // a stranger has nothing looked up elsewhere
		stranger.has(stranger.get("/"), `<a href="/people">`)

		me.shows(me.post("/settings/posts", "apps", "everyone"), 200, "Saved.") // she leaves the directory
		for _, q := range []string{"", "?q=ana", "?q=silence", "?q=lindqvarm"} {
			bo.hides(bo.get("/people"+q), "Ana Lindqvarn")
		}
		bo.shows(bo.get("/people"), 200, "Two members, one guest")
		bo.shows(bo.get("/people/ana"), 200, "Ana Lindqvarn")
		bo.hides(bo.get("/people/ana"), "Silence", "Courtenay")
		stranger.hides(stranger.get("/people/ana"), "Courtenay")
		if p := stranger.get("/people"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("who left the directory keeps it open: %s", p.Path)
		}
		me.shows(me.get("/settings"), 200, "You have left the directory, so none of it is shown now.")
	})
}

func TestAllThatIsWrongWithAnEntry(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		p := b.post("/settings", "name", "", "bio", strings.Repeat("b", 501), "ask", strings.Repeat("a", 201), "town", "Courtenay", "town-to", "aliens",
			"languages", "a,b,c,d,e,f,g,h,i,j,k", "credential", strings.Repeat("c", 81))
		b.shows(p, 422, "What shall others call you?", "maximum is 500", "This may have 200 characters at most; it has 201.", "Choose who sees this", "Name 10 languages at most.", "This may have 80 characters at most; it has 81.")
		for _, field := range []string{"name", "bio", "ask", "town-to", "languages", "credential"} {
			b.has(p, `id="`+field+`-wrong"`)
		}
		b.has(p, `value="Courtenay"`)
		if e, err := h.Store.OwnDirectory(t.Context(), ana.ID); err != nil || len(e) != 0 {
			t.Errorf("some of it was stored: %v, %v", e, err)
		}
		b.shows(b.post("/settings", "name", "Ana", "languages", strings.Repeat("many words without a comma ", 3)), 422, "Put a comma between two languages, of 40 characters")
		b.shows(b.post("/settings", "name", "Ana", "town", "<b>Court</b>enay\r\n"), 200, "Saved.")
		e, err := h.Store.OwnDirectory(t.Context(), ana.ID)
		if err != nil || e[models.TownField] != (models.Told{Text: "Courtenay", To: models.ToMembers}) {
			t.Errorf("what a form leaves open is for members: %+v, %v", e, err)
		}
	})
}

func TestTheDirectoryGoesOnOverPages(t *testing.T) {
	each(t, func(h *house) {
		b := h.as(h.Maren)
		for i := range 60 {
			a := h.member(string(rune('a'+i/26)) + string(rune('a'+i%26)) + "x Tollgate")
			if err := h.Chapter.SetDirectory(t.Context(), a, models.DirectoryEntry{models.TownField: {Text: "Tofino", To: models.ToMembers}}); err != nil {
				t.Fatal(err)
			}
		}
		p := b.get("/people")
		b.shows(p, 200, "Sixty-one members", "The next ones", "Maren Oakhollow")
		b.hides(p, "From the beginning", "chx Tollgate")
		next := p.Body[strings.Index(p.Body, `/people?after=`):]
		p = b.get(strings.ReplaceAll(next[:strings.Index(next, `"`)], "&amp;", "&"))
		b.shows(p, 200, "Sixty-one members", "chx Tollgate", "From the beginning")
		b.hides(p, "The next ones", "Maren Oakhollow")
		b.hides(b.get("/people?q=tofino"), "The next ones")
		b.shows(b.get("/people?q=tofino"), 200, "Sixty people found")
	})
}
