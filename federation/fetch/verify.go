package fetch

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/text"
)

// verifyJob looks whether the pages that a profile links to link back with
// rel="me" (microformats, rel-me), as Mastodon does. A page that cannot be had
// changes nothing.
func (f *Finder) verifyJob(ctx context.Context, j *models.Job) error {
	a, err := f.chapter.Store.Account(ctx, models.ParseID(j.Key))
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := WithBudget(ctx, oneActorGets, oneActor)
	defer cancel()
	pages := map[string]bool{}
	for _, field := range a.Fields {
		link := text.FirstLink(field.HTML)
		if _, asked := pages[link]; link == "" || asked {
			continue
		}
		doc, err := f.client.Get(ctx, link, "text/html, application/xhtml+xml", maxPage)
		if err != nil || !strings.Contains(doc.MediaType, "html") {
			continue
		}
		pages[link] = slices.ContainsFunc(text.OwnLinks(doc.Body), func(back string) bool { return f.isProfile(a, back) })
	}
	return f.chapter.Verified(context.WithoutCancel(ctx), a.ID, pages)
}

// isProfile says whether an address is that of an account.
func (f *Finder) isProfile(a *models.Account, address string) bool {
	known := []string{a.URI, a.URL}
	if a.Local() {
		known = append(known, f.chapter.URLs.AccountPage(a.URI, a.Username))
	}
	return slices.ContainsFunc(known, func(k string) bool { return k != "" && sameAddress(k, address) })
}

// sameAddress compares addresses as people write them: the host in any case,
// with a slash at the end or without.
func sameAddress(a, b string) bool {
	one, err := url.Parse(a)
	if err != nil {
		return false
	}
	two, err := url.Parse(strings.TrimSpace(b))
	if err != nil {
		return false
	}
	path := func(u *url.URL) string { return strings.TrimSuffix(u.EscapedPath(), "/") }
	return one.Scheme == two.Scheme && strings.EqualFold(one.Host, two.Host) && path(one) == path(two) && one.RawQuery == two.RawQuery
}
