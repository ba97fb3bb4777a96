package mastodon

import (
	"context"
	"net/http"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// Limits on a thread (Mastodon, statuses/context): strangers get less.
const (
	contextUp, contextDown, contextDepth          = 4096, 4096, 4096
	strangerUp, strangerDown, strangerContextDeep = 40, 60, 20
)

// ref is the post with id as v may read it. Authors read theirs also before
// they are out.
func (a *API) ref(ctx context.Context, v models.Viewer, id models.ID) (store.Ref, error) {
	refs, err := a.Store.RefsOf(ctx, v, []models.ID{id})
	if err != nil {
		return store.Ref{}, err
	}
	if ref, ok := refs[id]; ok {
		return ref, nil
	}
	if v.AccountID != 0 {
		return a.Store.OwnRef(ctx, v, id)
	}
	return store.Ref{}, store.ErrNotFound
}

// status answers with the status of the post with id.
func (a *API) status(w http.ResponseWriter, r *http.Request, v models.Viewer, id models.ID) error {
	ref, err := a.ref(r.Context(), v, id)
	if err != nil {
		return err
	}
	return a.statusOf(w, r, v, ref)
}

// ownStatus answers with the status of a post that the viewer wrote.
func (a *API) ownStatus(w http.ResponseWriter, r *http.Request, v models.Viewer, id models.ID) error {
	ref, err := a.Store.OwnRef(r.Context(), v, id)
	if err != nil {
		return err
	}
	return a.statusOf(w, r, v, ref)
}

func (a *API) statusOf(w http.ResponseWriter, r *http.Request, v models.Viewer, ref store.Ref) error {
	body, err := a.Render.statusOf(r.Context(), v, ref)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// getStatus serves GET /api/v1/statuses/{id}.
func (a *API) getStatus(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.status(w, r, v, id(r, "id"))
}

// getStatuses serves GET /api/v1/statuses: those of the statuses with id[]
// that the viewer may read, in that order.
func (a *API) getStatuses(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	ids, err := a.ids(w, r, 20)
	if err != nil {
		return err
	}
	refs, err := a.Store.RefsOf(r.Context(), v, ids)
	if err != nil {
		return err
	}
	return a.statusList(w, r, v, inOrder(ids, refs))
}

// ids reads id[], or a bare id, at most that many, each once.
func (a *API) ids(w http.ResponseWriter, r *http.Request, most int) ([]models.ID, error) {
	var form struct {
		IDs []models.ID `param:"id"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return nil, err
	}
	var out []models.ID
	for _, id := range form.IDs {
		if id != 0 && !slices.Contains(out, id) && len(out) < most {
			out = append(out, id)
		}
	}
	return out, nil
}

func inOrder(ids []models.ID, refs map[models.ID]store.Ref) []store.Ref {
	out := make([]store.Ref, 0, len(refs))
	for _, id := range ids {
		if ref, ok := refs[id]; ok {
			out = append(out, ref)
		}
	}
	return out
}

// getContext serves GET /api/v1/statuses/{id}/context.
func (a *API) getContext(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	ctx := r.Context()
	ref, err := a.ref(ctx, v, id(r, "id"))
	if err != nil {
		return err
	}
	up, down, depth := contextUp, contextDown, contextDepth
	if v.AccountID == 0 {
		up, down, depth = strangerUp, strangerDown, strangerContextDeep
	}
	ancestors, descendants, err := a.Store.ThreadRefs(ctx, v, ref.ID, up, down, depth)
	if err != nil {
		return err
	}
	refreshing(w, a.Chapter.ThreadSeen(ctx, v, ref.ID))
	s, err := a.Render.sheet(ctx, v, append(slices.Clone(ancestors), descendants...))
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return answer(w, func(b []byte) []byte {
		b = s.list(append(b, `{"ancestors":`...), ancestors)
		b = s.list(append(b, `,"descendants":`...), descendants)
		return append(b, '}')
	})
}

// readable is a post that the viewer may read; a boost stands for what it is a
// boost of.
func (a *API) readable(ctx context.Context, v models.Viewer, id models.ID) (*models.Post, error) {
	p, err := a.Store.Post(ctx, v, id)
	if err != nil || p.BoostOfID == 0 {
		return p, err
	}
	return a.Store.Post(ctx, v, p.BoostOfID)
}

// getFavouritedBy serves GET /api/v1/statuses/{id}/favourited_by.
func (a *API) getFavouritedBy(w http.ResponseWriter, r *http.Request) error {
	return a.doers(w, r, a.Store.FavouritedBy)
}

// getRebloggedBy serves GET /api/v1/statuses/{id}/reblogged_by.
func (a *API) getRebloggedBy(w http.ResponseWriter, r *http.Request) error {
	return a.doers(w, r, a.Store.BoostedBy)
}

func (a *API) doers(w http.ResponseWriter, r *http.Request, list func(context.Context, models.ID, store.Page) ([]store.Listed, error)) error {
	v, err := a.viewer(r, "read:accounts")
	if err != nil {
		return err
	}
	post, err := a.readable(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	found, err := list(r.Context(), post.ID, p.Page)
	if err != nil {
		return err
	}
	return a.listed(w, r, p, found)
}

// sourceEntity is what the author typed (Mastodon StatusSource).
type sourceEntity struct {
	ID          string `json:"id"`
	Text        string `json:"text"`
	SpoilerText string `json:"spoiler_text"`
}

// getSource serves GET /api/v1/statuses/{id}/source: of a practice note its
// whole Markdown, so that an edit never loses what was not shown.
func (a *API) getSource(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	p, err := a.Store.Post(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	if p.AuthorID != me.ID || p.BoostOfID != 0 {
		return store.ErrNotFound
	}
	return reply(w, sourceEntity{p.ID.String(), p.Source, p.Warning})
}

// revisionEntity is a version of a status as it was (Mastodon StatusEdit).
type revisionEntity struct {
	Content          string        `json:"content"`
	SpoilerText      string        `json:"spoiler_text"`
	Sensitive        bool          `json:"sensitive"`
	CreatedAt        moment        `json:"created_at"`
	Account          rendered      `json:"account"`
	Poll             *revisedPoll  `json:"poll"`
	MediaAttachments []mediaEntity `json:"media_attachments"`
	Emojis           []emojiEntity `json:"emojis"`
	Quote            *struct{}     `json:"quote"`
}

type revisedPoll struct {
	Options []revisedOption `json:"options"`
}

type revisedOption struct {
	Title string `json:"title"`
}

// getHistory serves GET /api/v1/statuses/{id}/history: all versions, oldest
// first, the present one last, each whole.
func (a *API) getHistory(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, err := a.Store.Post(ctx, v, id(r, "id"))
	if err != nil {
		return err
	}
	if p.BoostOfID != 0 {
		return store.ErrNotFound
	}
	revisions, err := a.Store.Revisions(ctx, v, p.ID)
	if err != nil {
		return err
	}
	author, err := a.Render.Account(ctx, p.AuthorID)
	if err != nil {
		return err
	}
	out := []revisionEntity{}
	for _, rev := range revisions {
		out = append(out, a.revision(p, rev, author))
	}
	at := p.EditedAt
	if at.IsZero() {
		at = p.CreatedAt
	}
	now := &models.Revision{Version: p.Version, Title: p.Title, Summary: p.Summary, Warning: p.Warning, Sensitive: p.Sensitive, HTML: p.HTML,
		Practice: p.Practice, Media: p.Media, Poll: p.Poll, CreatedAt: at}
	if len(revisions) == 0 || revisions[len(revisions)-1].Version < p.Version {
		out = append(out, a.revision(p, now, author))
	}
	brief(w, v.AccountID == 0)
	return reply(w, out)
}

func (a *API) revision(p *models.Post, rev *models.Revision, author rendered) revisionEntity {
	was := *p
	was.Title, was.Summary, was.Warning, was.HTML, was.Practice, was.Version = rev.Title, rev.Summary, rev.Warning, rev.HTML, rev.Practice, rev.Version
	e := revisionEntity{Content: a.Render.content(&was), SpoilerText: rev.Warning, Sensitive: rev.Sensitive, CreatedAt: moment(rev.CreatedAt),
		Account: author, MediaAttachments: []mediaEntity{}, Emojis: a.Render.emojis(p.Emojis)}
	for i := range rev.Media {
		e.MediaAttachments = append(e.MediaAttachments, a.Render.media(&rev.Media[i]))
	}
	if rev.Poll != nil {
		e.Poll = &revisedPoll{Options: []revisedOption{}}
		for _, o := range rev.Poll.Options {
			e.Poll.Options = append(e.Poll.Options, revisedOption{o.Title})
		}
	}
	return e
}

// getBookmarks serves GET /api/v1/bookmarks.
func (a *API) getBookmarks(w http.ResponseWriter, r *http.Request) error {
	return a.kept(w, r, "read:bookmarks", a.Store.Bookmarks)
}

// getFavourites serves GET /api/v1/favourites.
func (a *API) getFavourites(w http.ResponseWriter, r *http.Request) error {
	return a.kept(w, r, "read:favourites", a.Store.Favourites)
}

// kept answers with posts in the order in which they were put into a list: the
// cursor is the list's own, and there is a next page only if this one is full.
func (a *API) kept(w http.ResponseWriter, r *http.Request, scope string, list func(context.Context, models.ID, store.Page) ([]store.Kept, error)) error {
	me, v, err := a.user(r, scope)
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	found, err := list(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	ids := make([]models.ID, len(found))
	for i, k := range found {
		ids[i] = k.PostID
	}
	refs, err := a.Store.RefsOf(r.Context(), v, ids)
	if err != nil {
		return err
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].Cursor), found[0].Cursor, minID)
	}
	return a.statusList(w, r, v, inOrder(ids, refs))
}

// full is cursor if a page is full: else nothing older is there.
func full(n, limit int, cursor models.ID) models.ID {
	if n < limit {
		return 0
	}
	return cursor
}
