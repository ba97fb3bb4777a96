package mastodon

import (
	"context"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// postSearch reads what a person typed to find posts: words, "phrases", words
// with a minus that must not be there, and operators (from:, has:, is:,
// language:, before:, after:, during:, in:). An operator that is not known is
// a word.
func (a *API) postSearch(ctx context.Context, v models.Viewer, typed string) (store.PostSearch, error) {
	var f store.PostSearch
	for _, term := range searchTerms(typed) {
		word, minus := strings.CutPrefix(term, "-")
		if name, value, ok := strings.Cut(word, ":"); ok && value != "" && !strings.HasPrefix(word, `"`) {
			known, err := a.operator(ctx, v, &f, strings.ToLower(name), strings.Trim(value, `"`), minus)
			if err != nil {
				return f, err
			}
			if known {
				continue
			}
		}
		word = strings.Trim(word, `"`)
		if minus {
			f.Not = append(f.Not, word)
		} else {
			f.Words = append(f.Words, word)
		}
	}
	return f, nil
}

// searchTerms parts what was typed at white space outside of quotes.
func searchTerms(s string) (terms []string) {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\t' || r == '\n')
	})
}

// operator adds an operator's condition; it reports false for one that is not
// known.
func (a *API) operator(ctx context.Context, v models.Viewer, f *store.PostSearch, name, value string, minus bool) (bool, error) {
	switch name {
	case "from":
		return true, a.fromOperator(ctx, v, f, value, minus)
	case "has":
		what := map[string]string{"media": "media", "image": "image", "images": "image", "video": "video", "audio": "audio", "poll": "poll", "link": "link", "embed": "link"}[strings.ToLower(value)]
		if what == "" {
			return false, nil
		}
		if minus {
			f.HasNot = append(f.HasNot, what)
		} else {
			f.Has = append(f.Has, what)
		}
		return true, nil
	case "is":
		return isOperator(f, strings.ToLower(value), !minus), nil
	case "language":
		f.Language, _ = text.Language(value)
		return f.Language != "", nil
	case "in":
		switch value {
		case "library":
			f.OnlyMine = true
		case "public":
			f.OnlyPublic = true
		default:
			return value == "all", nil
		}
		return true, nil
	case "before", "after", "during":
		return dayOperator(f, name, value), nil
	}
	return false, nil
}

func isOperator(f *store.PostSearch, value string, on bool) bool {
	switch value {
	case "reply":
		f.Reply = &on
	case "sensitive":
		f.Sensitive = &on
	case "note", "practice":
		f.Practice = on
	default:
		return false
	}
	return true
}

func dayOperator(f *store.PostSearch, name, value string) bool {
	at, err := time.Parse("2006-01-02", value)
	if err != nil {
		return false
	}
	next := at.AddDate(0, 0, 1)
	switch name {
	case "before":
		f.Before = at
	case "after":
		f.Since = next
	case "during":
		f.Since, f.Before = at, next
	}
	return true
}

// fromOperator looks for the posts of somebody; of nobody known there are
// none.
func (a *API) fromOperator(ctx context.Context, v models.Viewer, f *store.PostSearch, handle string, minus bool) error {
	author := v.AccountID
	if handle != "me" {
		found, err := a.Store.AccountByHandle(ctx, a.Chapter.LocalHandle(handle))
		switch {
		case err == nil:
			author = found.ID
		case models.KindOf(err) == models.NotFound:
			author = -1
		default:
			return err
		}
	}
	if minus {
		f.NotFrom = author
	} else {
		f.From = author
	}
	return nil
}
