package chapter

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"atelier/models"
	"atelier/models/store"
)

// The first lines of Mastodon's files; those of other kinds have none.
var portableHeads = map[models.Portable][]string{
	models.PortableFollowing: {"Account address", "Show boosts", "Notify on new posts", "Languages"},
	models.PortableMutes:     {"Account address", "Hide notifications"},
}

// Export writes what me has of one kind as a table in Mastodon's form
// (docs.joinmastodon.org/user/moving).
func (c *Chapter) Export(ctx context.Context, me *models.Account, kind models.Portable, w io.Writer) error {
	out := csv.NewWriter(w)
	if head := portableHeads[kind]; head != nil {
		if err := out.Write(head); err != nil {
			return err
		}
	}
	write, ok := map[models.Portable]func(context.Context, *models.Account, *csv.Writer) error{
		models.PortableFollowing: c.exportFollowing, models.PortableMutes: c.exportMutes, models.PortableLists: c.exportLists,
		models.PortableBlocks: c.exportBlocks, models.PortableDomains: c.exportDomains, models.PortableBookmarks: c.exportBookmarks,
	}[kind]
	if !ok {
		return models.Errorf(models.NotFound, "There is no such table.")
	}
	if err := write(ctx, me, out); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// accountRows writes a row for each account of a paged list: its address, and
// more of what is between me and it.
func (c *Chapter) accountRows(ctx context.Context, me *models.Account, list func(store.Page) ([]store.Listed, error), out *csv.Writer, more func(models.Relation) []string) error {
	return store.InPages(list, func(l store.Listed) models.ID { return l.Cursor }, func(page []store.Listed) error {
		ids := make([]models.ID, len(page))
		handles := make(map[models.ID]string, len(page))
		for i, l := range page {
			ids[i], handles[l.Account.ID] = l.Account.ID, c.URLs.HandleOf(l.Account)
		}
		relations, err := c.Store.Relations(ctx, models.Viewer{AccountID: me.ID}, ids)
		if err != nil {
			return err
		}
		for _, r := range relations {
			if err := out.Write(append([]string{handles[r.AccountID]}, more(r)...)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Chapter) exportFollowing(ctx context.Context, me *models.Account, out *csv.Writer) error {
	list := func(p store.Page) ([]store.Listed, error) { return c.Store.Following(ctx, me.ID, p) }
	return c.accountRows(ctx, me, list, out, func(r models.Relation) []string {
		return []string{strconv.FormatBool(r.ShowBoosts), strconv.FormatBool(r.Notify), strings.Join(r.Languages, ", ")}
	})
}

func (c *Chapter) exportBlocks(ctx context.Context, me *models.Account, out *csv.Writer) error {
	list := func(p store.Page) ([]store.Listed, error) { return c.Store.Blocked(ctx, me.ID, p) }
	return c.accountRows(ctx, me, list, out, func(models.Relation) []string { return nil })
}

func (c *Chapter) exportMutes(ctx context.Context, me *models.Account, out *csv.Writer) error {
	list := func(p store.Page) ([]store.Listed, error) { return c.Store.Muted(ctx, me.ID, p) }
	return c.accountRows(ctx, me, list, out, func(r models.Relation) []string { return []string{strconv.FormatBool(r.MutingNotes)} })
}

func (c *Chapter) exportLists(ctx context.Context, me *models.Account, out *csv.Writer) error {
	lists, err := c.Store.Lists(ctx, me.ID, MaxLists)
	if err != nil {
		return err
	}
	for _, l := range lists {
		members := func(p store.Page) ([]store.Listed, error) { return c.Store.ListMembers(ctx, l.ID, p) }
		err := store.InPages(members, func(m store.Listed) models.ID { return m.Cursor }, func(page []store.Listed) error {
			for _, m := range page {
				if err := out.Write([]string{l.Title, c.URLs.HandleOf(m.Account)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Chapter) exportDomains(ctx context.Context, me *models.Account, out *csv.Writer) error {
	list := func(p store.Page) ([]store.ListedDomain, error) { return c.Store.BlockedDomains(ctx, me.ID, p) }
	return store.InPages(list, func(d store.ListedDomain) models.ID { return d.Cursor }, func(page []store.ListedDomain) error {
		for _, d := range page {
			if err := out.Write([]string{d.Domain}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Chapter) exportBookmarks(ctx context.Context, me *models.Account, out *csv.Writer) error {
	v, err := c.Store.ViewerOf(ctx, me.ID)
	if err != nil {
		return err
	}
	list := func(p store.Page) ([]store.Kept, error) { return c.Store.Bookmarks(ctx, me.ID, p) }
	return store.InPages(list, func(k store.Kept) models.ID { return k.Cursor }, func(page []store.Kept) error {
		ids := make([]models.ID, len(page))
		for i, k := range page {
			ids[i] = k.PostID
		}
		posts, err := c.Store.Posts(ctx, v, ids)
		if err != nil {
			return err
		}
		for _, post := range posts {
			if err := out.Write([]string{post.URI}); err != nil {
				return err
			}
		}
		return nil
	})
}

// A carried line is one of a table that somebody brings along.
type carried struct {
	What      string // a handle, a domain, or the id of a post
	List      string `json:",omitempty"` // the list that it goes into
	Boosts    *bool  `json:",omitempty"`
	Notify    *bool  `json:",omitempty"`
	Quiet     *bool  `json:",omitempty"` // whether a mute covers notifications
	Languages []string
}

// The most that a table may have.
const (
	maxTableLines = 10_000
	maxTableCell  = 2_000 // bytes
)

// readTable reads the lines of a table in Mastodon's form, with or without a
// head, and leaves out those that say the same again.
func readTable(kind models.Portable, r io.Reader) ([]carried, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.TrimLeadingSpace, in.LazyQuotes = -1, true, true
	column := map[string]int{}
	var out []carried
	seen := map[string]bool{}
	for first := true; ; first = false {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, models.Errorf(models.Invalid, "This file is no table that can be read: it has to be a CSV file.").On("file").Because(err)
		}
		cells[0] = strings.TrimPrefix(cells[0], "\ufeff")
		if first && isHead(cells) {
			for i, name := range cells {
				column[strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))] = i
			}
			continue
		}
		line, ok := carry(kind, cells, column)
		if !ok || seen[line.List+"\n"+line.What] {
			continue
		}
		seen[line.List+"\n"+line.What] = true
		if out = append(out, line); len(out) > maxTableLines {
			return nil, models.Errorf(models.Invalid, "A table may have %d lines at most.", maxTableLines).On("file")
		}
	}
	if len(out) == 0 {
		return nil, models.Errorf(models.Invalid, "There is nothing in this file that can be taken over. Is it the right one?").On("file")
	}
	return out, nil
}

// isHead says whether the first line of a table names its columns.
func isHead(cells []string) bool {
	first := strings.ToLower(strings.TrimSpace(cells[0]))
	return first == "account address" || first == "#domain" || first == "domain" || first == "list name" || first == "#uri" || first == "uri"
}

// carry makes a line of a table's cells; it reports false for what cannot be a
// line of this kind.
func carry(kind models.Portable, cells []string, column map[string]int) (c carried, ok bool) {
	cell := func(i int) string {
		if i < len(cells) && len(cells[i]) <= maxTableCell && utf8.ValidString(cells[i]) && !strings.ContainsFunc(cells[i], unicode.IsControl) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	yes := func(name string, usual int) *bool {
		i, named := column[name]
		if !named {
			i = usual
		}
		b, err := strconv.ParseBool(strings.ToLower(cell(i)))
		if err != nil {
			return nil
		}
		return &b
	}
	c.What = cell(0)
	switch kind {
	case models.PortableFollowing:
		c.Boosts, c.Notify = yes("show boosts", 1), yes("notify on new posts", 2)
		c.Languages = strings.FieldsFunc(cell(3), func(r rune) bool { return r == ',' || r == ' ' })
	case models.PortableMutes:
		c.Quiet = yes("hide notifications", 1)
	case models.PortableLists:
		c.List, c.What = cell(0), cell(1)
	case models.PortableDomains:
		return c, strings.Contains(c.What, ".") && !strings.ContainsAny(c.What, " /@")
	case models.PortableBookmarks:
		return c, strings.HasPrefix(c.What, "http://") || strings.HasPrefix(c.What, "https://")
	}
	c.What = strings.TrimPrefix(c.What, "@")
	return c, handleLike.MatchString(c.What) && (kind != models.PortableLists || c.List != "")
}

// handleLike is what an account's address looks like, with or without host;
// hosts may have letters of any script.
var handleLike = regexp.MustCompile(`^[A-Za-z0-9_.-]+(@[\pL\pM\pN.:_-]+)?$`)

func (l carried) String() string {
	if l.List != "" {
		return fmt.Sprintf("%s, %s", l.List, l.What)
	}
	return l.What
}
