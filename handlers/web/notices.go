package web

import (
	"context"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/store"
)

type noticesView struct {
	Frame
	Since, Lead  string
	New, Earlier []notice
	NewestID     models.ID
	Pager        Pager
	End          string
}

type notice struct {
	New              bool
	Who              Person
	Did, Title, Gist string
	URL              string
	At               Moment
}

// The marker of the client API, so that apps and pages agree on what is new.
const noticesMarker = "notifications"

// readUpTo is the id of the last notice that the viewer has seen.
func (p *Pages) readUpTo(ctx context.Context, v *visit) (models.ID, time.Time, error) {
	markers, err := p.Store.Markers(ctx, v.viewer.AccountID, []string{noticesMarker})
	if err != nil || len(markers) == 0 {
		return 0, time.Time{}, err
	}
	return models.ParseID(markers[0].LastRead), markers[0].UpdatedAt, nil
}

// unread counts what the viewer has not seen of its notices, up to a hundred.
func (p *Pages) unread(ctx context.Context, v *visit) (int, error) {
	read, _, err := p.readUpTo(ctx, v)
	if err != nil {
		return 0, err
	}
	return p.Store.UnreadNotifications(ctx, v.viewer, read, 100)
}

// notices serves GET /notices.
func (p *Pages) notices(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	read, readAt, err := p.readUpTo(ctx, v)
	if err != nil {
		return err
	}
	page := pageOf(r)
	list, err := p.Store.Notifications(ctx, v.viewer, store.NotificationFilter{Own: true}, page.and1())
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Notices", "")
	if err != nil {
		return err
	}
	list, pager := cutPage(page, r, list, func(n *models.Notification) models.ID { return n.ID })
	view := noticesView{Frame: f, Pager: pager, End: "You are up to date."}
	said, err := p.saidNotices(ctx, v, list)
	if err != nil {
		return err
	}
	for i, n := range list {
		if n.ID > read {
			said[i].New = true
			view.New = append(view.New, said[i])
			view.NewestID = max(view.NewestID, n.ID)
		} else {
			view.Earlier = append(view.Earlier, said[i])
		}
	}
	if !readAt.IsZero() {
		view.Since = "Last read " + v.moment(readAt).Words
	}
	view.Lead = noticesLead(len(view.New), len(list))
	if len(view.New) > 0 {
		view.End = "That is all there is."
	}
	return p.html(w, "notices.html", view)
}

func noticesLead(fresh, all int) string {
	switch {
	case all == 0:
		return "Nothing yet. Here stands who answered you, thanked you or follows you."
	case fresh == 0:
		return "Nothing is new."
	case fresh == 1:
		return "One is new."
	}
	return capital(number(fresh)) + " are new."
}

// saidNotices puts notices into words.
func (p *Pages) saidNotices(ctx context.Context, v *visit, list []*models.Notification) ([]notice, error) {
	var people, ids, letters []models.ID
	for i, n := range list {
		if n.Type == models.NotifyMeasure {
			letters = append(letters, n.ReportID)
			list[i] = ptr(*n)
			n, list[i].FromID = list[i], v.chapter.AccountID // not which of the stewards
		}
		people = append(people, n.FromID)
		if n.PostID != 0 {
			ids = append(ids, n.PostID)
		}
	}
	posts, err := p.postsByID(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	ids = nil
	for _, post := range posts {
		if post.IsReply() {
			ids = append(ids, post.ThreadID)
		}
	}
	threads, err := p.postsByID(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	c, err := p.Store.Accounts(ctx, people)
	if err != nil {
		return nil, err
	}
	measures, err := p.Store.MeasuresByID(ctx, letters)
	if err != nil {
		return nil, err
	}
	out := make([]notice, len(list))
	for i, n := range list {
		out[i] = p.saidNotice(v, n, posts[n.PostID], threads, c)
		if m := measures[n.ReportID]; m != nil && n.Type == models.NotifyMeasure {
			letterNotice(m, &out[i])
		}
		if n.Type.AmongAuthors() {
			if err := p.coAuthorNotice(ctx, v, n, &out[i]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (p *Pages) postsByID(ctx context.Context, v *visit, ids []models.ID) (map[models.ID]*models.Post, error) {
	posts, err := p.Store.Posts(ctx, v.viewer, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[models.ID]*models.Post, len(posts))
	for _, post := range posts {
		out[post.ID] = post
	}
	return out, nil
}

// deeds are what notices say that somebody did; about a post a title follows.
var deeds = map[models.NotificationType]string{
	models.NotifyMention:       " named you in",
	models.NotifyPost:          " wrote",
	models.NotifyBoost:         " passed on",
	models.NotifyFollow:        " follows you.",
	models.NotifyFollowRequest: " would like to follow you. You can answer on their page.",
	models.NotifyFavourite:     " thanked you for",
	models.NotifyPoll:          "’s poll has closed:",
	models.NotifyUpdate:        " changed",
	models.NotifyQuote:         " quoted you in",
	models.NotifyQuotedUpdate:  " changed what you quoted:",
	models.NotifySignUp:        " has joined.",
	models.NotifyReport:        " was reported.",
	models.NotifyMeasure:       " has for you",
	models.NotifyReadersNamed:  " asks you to read, before it is reviewed,",
	models.NotifyReviewSaid:    " read for you, and says whether it is ready:",
	models.NotifyReadAgain:     " changed, after you read it,",
	models.NotifyReviewMarked:  " gave the chapter’s mark to",
	models.NotifyReviewEnded:   " took the chapter’s mark off",

	models.NotifyCoAuthorAsked:   " asks you to write with them:",
	models.NotifyCoAuthorJoined:  " writes with you now:",
	models.NotifyCoAuthorRefused: " would rather not be a co-author of",
	models.NotifyCoAuthorLeft:    " is no longer a co-author of",
	models.NotifyCoAuthorRemoved: " no longer names you in",
	models.NotifyProposed:        " proposes a change to",
	models.NotifyProposalMerged:  " took over what you proposed for",
	models.NotifyProposalRefused: " did not take over what you proposed for",
}

func (p *Pages) saidNotice(v *visit, n *models.Notification, post *models.Post, threads map[models.ID]*models.Post, c cast) notice {
	out := notice{Who: p.personIn(c, n.FromID), Did: deeds[n.Type], At: v.moment(n.CreatedAt)}
	if post == nil {
		return out
	}
	out.URL = p.postURL(post)
	if n.Type.Own() {
		out.URL = p.reviewURL(post)
	}
	title, own := heading(post)
	out.Title = title
	if n.Type != models.NotifyMention {
		return out
	}
	if own {
		out.Gist = gist(post)
	} else if root := threads[post.ThreadID]; root != nil && root.ID != post.ID {
		out.Title, _ = heading(root)
		out.Gist = gist(post)
	}
	if post.InReplyToAuthorID == v.viewer.AccountID {
		out.Did = " answered you in"
	}
	if post.Talk != nil && post.Talk.Tried {
		out.Did = " tried"
	}
	return out
}

// letterNotice puts a letter of the stewards into words, and leads to where it
// can be answered.
func letterNotice(m *models.Measure, out *notice) {
	out.Title, out.URL, out.Gist = "a word from the stewards", "/appeals/"+m.ID.String(), m.Letter
	if m.AppealState() == models.AppealApproved || m.AppealState() == models.AppealRejected {
		out.Title = "what the stewards say to your answer"
	}
}

// readNotices serves POST /notices: all up to the newest shown are read.
func (p *Pages) readNotices(w http.ResponseWriter, r *http.Request, v *visit) error {
	newest := models.ParseID(r.PostFormValue("newest"))
	if newest == 0 {
		return models.Errorf(models.Malformed, "The form does not say up to which notice.")
	}
	if err := p.Chapter.SetMarker(r.Context(), v.Account, noticesMarker, newest.String()); err != nil {
		return err
	}
	return see(w, r, "/notices")
}
