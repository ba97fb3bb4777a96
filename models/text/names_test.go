package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/text"
)

func TestSlug(t *testing.T) {
	for _, test := range []struct{ name, title, want string }{
		{"a title", "Checking in when a client goes quiet", "checking-in-when-a-client-goes-quiet"},
		{"accents and other letters", "Über Größe: l'été à Łódź, Ærø", "uber-grosse-lete-a-lodz-aero"},
		{"punctuation", "  Who's there?! (R&D) – part 2 ", "whos-there-r-and-d-part-2"},
		{"full-width letters", "ＡＢＣ １", "abc-1"},
		{"a long title ends with a word", strings.Repeat("silence ", 20), "silence-silence-silence-silence-silence-silence-silence"},
		{"a long word is cut", strings.Repeat("a", 100), strings.Repeat("a", 60)},
		{"other scripts leave nothing", "沈黙", "note"},
		{"nothing", "", "note"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text.Slug(test.title); got != test.want {
				t.Errorf("Slug = %q; want %q", got, test.want)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "en", "EN": "en", "pt-br": "pt-BR", "pt_BR": "pt-BR", "zh-hant": "zh-Hant", "gsw": "gsw", "zh-Hant-TW": "zh-Hant-TW", "deu": "de",
		"": "", "und": "", "e": "", "english": "", "xx-invalid-zz": "", "en-x-secret": "", "en-u-ca-buddhist": "", "de-1996": "", "<b>": "", "en-US-en-US-en-US": "",
	} {
		if got, ok := text.Language(tag); got != want || ok != (want != "") {
			t.Errorf("Language(%q) = %q, %v; want %q", tag, got, ok, want)
		}
	}
}

func TestLength(t *testing.T) {
	for _, test := range []struct {
		name, src, warning string
		want               int
	}{
		{"nothing", "", "", 0},
		{"letters", "abc", "", 3},
		{"the warning counts", "abc", "de", 5},
		{"characters as people see them", "👩‍👩‍👧é🇨🇦", "", 3},
		{"an address counts 23", "a https://c1.example/" + strings.Repeat("b", 100) + " c", "", 27},
		{"a short one too", "http://a.example", "", 23},
		{"a handle elsewhere counts without its host", "hi @bob@c2.example!", "", 8},
		{"a handle here counts whole", "hi @ana!", "", 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text.Length(test.src, test.warning); got != test.want {
				t.Errorf("Length = %d; want %d", got, test.want)
			}
		})
	}
}

func TestTagKey(t *testing.T) {
	for name, want := range map[string]string{
		"MaintainsPresence": "maintainspresence", "#Listening": "listening", "＃Ｌistening": "listening", "Café": "café", "Cafe\u0301": "café", "ÄÖ": "äö", "": "",
	} {
		if got := text.TagKey(name); got != want {
			t.Errorf("TagKey(%q) = %q; want %q", name, got, want)
		}
	}
}

func TestShortcodes(t *testing.T) {
	got := text.Shortcodes("Ana :fox: :blob_cat:, :fox: a:b:c :x: 12:30:45 ::y:: (:ok:)")
	if diff := cmp.Diff([]string{"fox", "blob_cat", "ok"}, got); diff != "" {
		t.Errorf("Shortcodes (-want +got):\n%s", diff)
	}
}

func TestEntities(t *testing.T) {
	for _, test := range []struct {
		name, src string
		want      text.Found
	}{
		{"mentions end where the handle ends", "@ana. @ana_b-c, @a.b.c.; (@ana) @ana's @ana@c2.example. @ana@c2.example, @ÄÖ",
			text.Found{Mentions: []string{"ana", "ana_b-c", "a.b.c", "ana@c2.example"}}},
		{"what is no mention", "a@b @ana@ @.a @-a @ana@a..b @@ /@ana =@ana @anaé @ana://x @", text.Found{}},
		{"a host in another script", "@ana@Bücher.example @ana@例え.テスト", text.Found{Mentions: []string{"ana@xn--bcher-kva.example", "ana@xn--r8jz45g.xn--zckzah"}}},
		{"a host with a port, on this machine only", "@ana@beta.localhost:8081 @ana@c2.example:8081 @ana@127.0.0.1:80, @bob@localhost:x",
			text.Found{Mentions: []string{"ana@beta.localhost:8081", "ana@c2.example", "ana@127.0.0.1:80", "bob@localhost"}}},
		{"hashtags in every script", "#Zuhören #聴く #слушать #سلام_دنیا #می\u200Cخواهم ＃全角",
			text.Found{Hashtags: []text.Hashtag{{"Zuhören", "zuhören"}, {"聴く", "聴く"}, {"слушать", "слушать"}, {"سلام_دنیا", "سلام_دنیا"}, {"می\u200Cخواهم", "می\u200Cخواهم"}, {"全角", "全角"}}}},
		{"hashtags end where the name ends", "#a-b #c's #d. (#e) #f·g #h·", text.Found{Hashtags: []text.Hashtag{{"a", "a"}, {"c", "c"}, {"d", "d"}, {"e", "e"}, {"f·g", "f·g"}, {"h", "h"}}}},
		{"numbers and hashtags", "#1 #2026 #1_2 #1a #a1 #_ #__ #_1", text.Found{Hashtags: []text.Hashtag{{"1_2", "1_2"}, {"1a", "1a"}, {"a1", "a1"}}}},
		{"what is no hashtag", "a#b ﬀb /#b =#b )#b #b#c #b://x &#35; #🦊 #", text.Found{}},
		{"addresses end where the sentence goes on",
			"https://a.example. https://b.example/x, (https://c.example/y) (https://d.example/z(1)) https://e.example/?q=a&b=c! <https://f.example/g> \"https://h.example/\"",
			text.Found{Links: []string{"https://a.example", "https://b.example/x", "https://c.example/y", "https://d.example/z(1)", "https://e.example/?q=a&b=c", "https://f.example/g", "https://h.example/"}}},
		{"addresses in every script", "HTTPS://Bücher.Example/Straße http://例え.テスト/パス?あ=い。 見てhttps://a.example/です",
			text.Found{Links: []string{"https://xn--bcher-kva.example/Stra%C3%9Fe", "http://xn--r8jz45g.xn--zckzah/%E3%83%91%E3%82%B9?あ=い", "https://a.example/%E3%81%A7%E3%81%99"}}},
		{"addresses with a port, a stray percent sign, an IP address", "http://localhost:8080/a http://192.0.2.1:80/ https://a.example/100%", text.Found{
			Links: []string{"http://localhost:8080/a", "http://192.0.2.1:80/", "https://a.example/100%25"}}},
		{"what is no address", "ftp://a.example xhttps://a.example https:// https://a https://a..b https://user@a.example https://bank.example@a.example https://bank.example:80@a.example javascript:x #https://a.example", text.Found{}},
		{"an address cannot turn around", "https://a.example/\u202Egpj.exe", text.Found{Links: []string{"https://a.example/"}}},
		{"an address with a mention or a hashtag in it", "https://a.example/@ana#listening", text.Found{Links: []string{"https://a.example/@ana#listening"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Scan(test.src, models.PlainText)); diff != "" {
				t.Errorf("Scan (-want +got):\n%s", diff)
			}
		})
	}
}
