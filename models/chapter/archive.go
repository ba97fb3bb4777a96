package chapter

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"atelier/models"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/text"
)

// An Archivist writes what other servers read of a member.
type Archivist interface {
	WriteActor(ctx context.Context, me *models.Account, w io.Writer) error
	WriteOutbox(ctx context.Context, me *models.Account, w io.Writer) error
}

const archiveReadme = `This is what %s has in %s, as of %s.

notes/      practice notes, as text with Markdown; drafts are among them
posts/      discussion posts and answers, one file each
proposals/  what you proposed for notes of others
media/      pictures and other files of these
reviews.md  what you said of notes that you read before their review
lists/      tables in the form that Mastodon and others take over
directory.csv
            what the directory says of you, and who may see it
actor.json, outbox.json
            the profile, and what went out of the chapter, in the form in
            which servers tell each other of it (ActivityPub)
`

// Archive writes all that a member has as a ZIP file: what it wrote, its files,
// its tables. Only the member may have it.
func (c *Chapter) Archive(ctx context.Context, me *models.Account, files media.Storage, by Archivist, w io.Writer) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	a := &archive{Chapter: c, ctx: ctx, me: me, zip: z, files: files}
	readme := func(w io.Writer) error {
		_, err := fmt.Fprintf(w, archiveReadme, c.URLs.HandleOf(me), self.Name, c.Store.Now().Format("2 January 2006"))
		return err
	}
	for _, write := range []func() error{
		func() error { return a.add("README.txt", readme) },
		func() error { return a.add("actor.json", func(w io.Writer) error { return by.WriteActor(ctx, me, w) }) },
		func() error {
			return a.add("outbox.json", func(w io.Writer) error { return by.WriteOutbox(ctx, me, w) })
		},
		func() error {
			return a.add("directory.csv", func(w io.Writer) error { return c.exportDirectory(ctx, me, w) })
		},
		a.tables, a.published, a.unfinished, a.proposals, a.reviews, a.media,
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return z.Close()
}

type archive struct {
	*Chapter
	ctx   context.Context
	me    *models.Account
	zip   *zip.Writer
	files media.Storage
}

func (a *archive) add(name string, write func(io.Writer) error) error {
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.Store.Now()})
	if err != nil {
		return err
	}
	return write(w)
}

func (a *archive) tables() error {
	for _, kind := range models.Portables {
		if err := a.add("lists/"+string(kind)+".csv", func(w io.Writer) error { return a.Export(a.ctx, a.me, kind, w) }); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) published() error {
	v, err := a.Store.ViewerOf(a.ctx, a.me.ID)
	if err != nil {
		return err
	}
	mine := func(p store.Page) ([]*models.Post, error) {
		return a.Store.AccountPosts(a.ctx, v, a.me.ID, store.AccountFilter{WithoutBoosts: true}, p)
	}
	return store.InPages(mine, func(p *models.Post) models.ID { return p.ID }, a.posts)
}

// unfinished adds drafts, and what is in the departure lounge.
func (a *archive) unfinished() error {
	posts, err := a.Store.Unfinished(a.ctx, a.me.ID, maxUnfinished)
	if err != nil {
		return err
	}
	return a.posts(posts)
}

// maxUnfinished is how many drafts an archive has at most, the newest.
const maxUnfinished = 1000

func (a *archive) posts(posts []*models.Post) error {
	for _, p := range posts {
		if err := a.post(p); err != nil {
			return err
		}
	}
	return nil
}

// post adds a post as the author typed it, after lines that say what it is.
func (a *archive) post(p *models.Post) error {
	name := "posts/" + p.ID.String() + ".md"
	if p.Practice != nil {
		name = "notes/" + p.ID.String() + ".md"
		if p.Slug != "" {
			name = "notes/" + p.Slug + ".md"
		}
	}
	return a.add(name, func(w io.Writer) error {
		_, err := io.WriteString(w, front(p)+p.Source+"\n")
		return err
	})
}

// front is what stands before a post's text (YAML, as static site generators
// read it).
func front(p *models.Post) string {
	var b strings.Builder
	b.WriteString("---\n")
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %q\n", name, value)
		}
	}
	line("title", p.Title)
	line("warning", p.Warning)
	if p.Practice != nil {
		line("kind", string(p.Practice.Kind))
	}
	line("summary", text.PlainText(p.Summary))
	line("state", string(p.State))
	line("readers", readers(p))
	line("language", p.Language)
	line("answers", p.InReplyToURI)
	line("id", p.URI)
	fmt.Fprintf(&b, "date: %s\n", p.CreatedAt.UTC().Format("2006-01-02T15:04:05Z"))
	for i, m := range p.Media {
		line(fmt.Sprintf("file%d", i+1), "media/"+path.Base(m.Key))
	}
	b.WriteString("---\n\n")
	return b.String()
}

func readers(p *models.Post) string {
	if p.IsMembers() {
		return "members"
	}
	return string(p.Visibility)
}

// media adds the member's files.
func (a *archive) media() error {
	for _, key := range []string{a.me.Avatar.Key, a.me.Header.Key} {
		if err := a.file(key); err != nil {
			return err
		}
	}
	mine := func(p store.Page) ([]*models.Media, error) { return a.Store.MediaPage(a.ctx, a.me.ID, p) }
	return store.InPages(mine, func(m *models.Media) models.ID { return m.ID }, func(page []*models.Media) error {
		for _, m := range page {
			if err := a.file(m.Key); err != nil {
				return err
			}
		}
		return nil
	})
}

// file adds one file; one that the storage has lost is left out.
func (a *archive) file(key string) error {
	if key == "" {
		return nil
	}
	f, err := a.files.Open(a.ctx, key)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: "media/" + path.Base(key), Method: zip.Store, Modified: f.ModTime})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
