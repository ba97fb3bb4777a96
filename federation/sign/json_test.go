package sign

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestCanonical has the examples of RFC 8785 and what its rules say of the
// rest; each is the value of one member.
func TestCanonical(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"RFC 8785, section 3.2.2",
			`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"RFC 8785, section 3.2.3: names are sorted as UTF-16",
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
			  "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
				"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"},
		{"zeros", `[0, -0, 0.0, -0.0, 0e5]`, `[0,0,0,0,0]`},
		{"integers that a double cannot hold", `[9007199254740993, 1e21, 100000000000000000000]`, `[9007199254740992,1e+21,100000000000000000000]`},
		{"small numbers", `[0.000001, 0.0000001, 5e-324]`, `[0.000001,1e-7,5e-324]`},
		{"slashes, separators and angle brackets", `"\/ \u2028 <\u003e & é"`, "\"/ \u2028 <> & é\""},
		{"control characters", `"\u0000\u001f\u007f\b\f\n\r\t"`, "\"\\u0000\\u001f\u007f\\b\\f\\n\\r\\t\""},
	} {
		o, err := readObject([]byte(` { "x" : ` + test.value + "}"))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got, err := o.canonical()
		if want := `{"x":` + test.want + `}`; err != nil || string(got) != want {
			t.Errorf("%s: canonical = %s, %v\nwant %s", test.name, got, err, want)
		}
	}
	for _, text := range []string{`{"x":01}`, `{"x":NaN}`, `{"x":'a'}`, `{"x":1,}`, `{"x":"` + "\n" + `"}`} {
		o, err := readObject([]byte(text))
		if err == nil {
			_, err = o.canonical()
		}
		if err == nil {
			t.Errorf("%s was canonicalized", text)
		}
	}
}

// FuzzCanonical: canonical text says the same as the text it was made of, to a
// reader of the standard library, and is its own canonical text.
func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"b":[1.50,{"d":null,"c":"\u00e9"}],"a":{}}`))
	f.Add([]byte(`{"\ud83d\ude00":1,"\ufb33":2,"":[[]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := readObject(data)
		if err != nil {
			return
		}
		text, err := o.canonical()
		if err != nil {
			return
		}
		var want, got map[string]any
		if err := json.Unmarshal(data, &want); err != nil {
			return // a number too large for it
		}
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(want, got) {
			t.Errorf("%q became %q: %v", data, text, err)
		}
		again, err := readObject(text)
		if err != nil {
			t.Fatalf("%q is not read: %v", text, err)
		}
		if twice, err := again.canonical(); err != nil || string(twice) != string(text) {
			t.Errorf("%q became %q: %v", text, twice, err)
		}
	})
}

func TestLongMultibase(t *testing.T) {
	for length, want := range map[int]bool{maxMultibase: true, maxMultibase + 1: false} {
		if _, err := decodeMultibase("z" + strings.Repeat("2", length-1)); (err == nil) != want {
			t.Errorf("%d bytes: %v, want ok = %v", length, err, want)
		}
	}
}

// FuzzMultibase: what can be read is written in one way only.
func FuzzMultibase(f *testing.F) {
	f.Add("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
	f.Add("z11")
	f.Fuzz(func(t *testing.T, text string) {
		data, err := decodeMultibase(text)
		if err != nil {
			return
		}
		if again := encodeMultibase(data); again != text {
			t.Errorf("%q became %q", text, again)
		}
		_, _ = ParseMultikey(text)
	})
}
