package store

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"atelier/models"
)

// small are tables whose rows are few by nature, or that a query reads whole
// on purpose. Of a subquery that is read whole, its own reads are judged.
var small = regexp.MustCompile(`SCAN (p USING INDEX posts_practice_far|chapter|json_each|invites|members m|m|up|down|f|x|t USING|events|o\b|\(subquery-)`)

// No read of a list looks at a whole table: its cost does not grow with the
// size of the database.
func TestReadsUseIndexes(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "plan.db"), Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	member := models.Viewer{AccountID: 1, Role: models.Ordinary}
	page := Page{Max: 9, Limit: 20}
	for _, v := range []models.Viewer{models.Stranger, {AccountID: 2}, member} {
		s.Home(ctx, v, page)
		s.Public(ctx, v, PublicFilter{}, page)
		s.Public(ctx, v, PublicFilter{Local: true}, page)
		s.Public(ctx, v, PublicFilter{Remote: true, OnlyMedia: true}, page)
		s.AccountPosts(ctx, v, 1, AccountFilter{}, page)
		s.AccountPosts(ctx, v, 1, AccountFilter{Pinned: true}, page)
		s.AccountPosts(ctx, v, 1, AccountFilter{OnlyMedia: true}, page)
		s.AccountPosts(ctx, v, 1, AccountFilter{OnlyPractice: true}, page)
		s.AccountPosts(ctx, v, 1, AccountFilter{Pinned: true, OnlyMedia: true, WithoutReplies: true, WithoutBoosts: true}, Page{Min: 3, Limit: 20})
		s.OpenQuestionRefs(ctx, v, page)
		s.MediaPage(ctx, 1, page)
		s.Imports(ctx, 1, 6)
		s.MeetsTag(ctx, v, 1)
		s.Notes(ctx, v, NoteFilter{Kind: models.Tool}, page)
		s.Tagged(ctx, v, TagFilter{Any: []string{"a"}}, page)
		s.Ancestors(ctx, v, 1, 40)
		s.Descendants(ctx, v, 1, 20, 60)
		s.Posts(ctx, v, []models.ID{1, 2})
		s.Post(ctx, v, 1)
		s.HasPosted(ctx, 1)
		s.Revisions(ctx, v, 1)
		s.SearchPosts(ctx, v, "word", false, page)
		s.Reports(ctx, v, 1, page)
		s.UncountedReports(ctx, v, 1, 9)
		s.NewestReports(ctx, v, 1, 9)
		s.AllSeries(ctx, v, page)
		s.PostWith(ctx, v, 1)
		s.UnfinishedWith(ctx, v, 9)
		s.CoAuthored(ctx, v, 1, 9)
		s.Proposal(ctx, v, 1)
		s.Proposals(ctx, v, 1, page)
		s.Notes(ctx, v, NoteFilter{}, page)
		s.Notes(ctx, v, NoteFilter{Kind: models.Tool, Whose: Ours}, page)
		s.Notes(ctx, v, NoteFilter{Whose: Theirs}, Page{Limit: 1})
		s.Notes(ctx, v, NoteFilter{ThemeID: 1, Kind: models.Tool}, page)
		s.Notes(ctx, v, NoteFilter{ThemeID: 1, Outcome: models.Helped}, page)
		s.NearAccounts(ctx, v, "ana", 9)
		s.InDirectory(ctx, v, "ana", 0, 9)
		s.CountDirectory(ctx, v, "")
		s.DirectoryOf(ctx, v, []models.ID{1, 2})
		s.OwnDirectory(ctx, 1)
		s.Tallies(ctx, v, []models.ID{1, 2})
		s.CountReports(ctx, v, 1)
		s.CountNotes(ctx, v, 1, 100)
		s.Related(ctx, v, &models.Post{ID: 1, Tags: []string{"a"}}, 3)
		s.ThemePosts(ctx, v, 1, ThemeNotes, page)
		s.ThemePosts(ctx, v, 1, ThemeQuestions, page)
		s.Questions(ctx, v, QuestionFilter{States: []string{"open"}}, page)
		s.Questions(ctx, v, QuestionFilter{States: []string{"open"}, Asker: 1}, page)
		s.Notifications(ctx, v, NotificationFilter{Types: []string{"mention"}}, page)
		s.Review(ctx, v, 1)
		s.OpenReviews(ctx, v, 9)
		s.OldReviews(ctx, v, s.Now(), 9)
		s.Marks(ctx, v, []models.ID{1, 2})
		s.Relations(ctx, v, []models.ID{1, 2})
	}
	s.Followers(ctx, 1, page)
	s.Following(ctx, 1, page)
	s.FavouritedBy(ctx, 1, page)
	s.BoostedBy(ctx, 1, page)
	s.Bookmarks(ctx, 1, page)
	s.Favourites(ctx, 1, page)
	s.FollowerInboxes(ctx, 1)
	s.FollowedFromElsewhere(ctx, []models.ID{1, 2})
	s.IsFollowed(ctx, 1)
	s.NotifyFollowers(ctx, 1)
	s.NotificationRequests(ctx, 1, page)
	s.Collection(ctx, member, 1)
	s.CollectionsByID(ctx, []models.ID{1})
	s.CollectionsOf(ctx, member, 1, 0, 9)
	s.CollectionsWith(ctx, 1, 0, 9)
	s.CountCollections(ctx, 1)
	s.LinkRefs(ctx, member, "https://a.example/", page)
	s.NotificationRequest(ctx, 1, 2)
	s.HeldBack(ctx, 1, 100)
	s.Sender(ctx, 1, 2)
	s.NotificationPolicy(ctx, 1)
	s.Orphans(ctx, "u", 9)
	s.PinnedPosts(ctx, 1, 9)
	s.Policy(ctx, 1)
	s.Approval(ctx, 1)
	s.Locked(ctx, 1, 2)
	s.Banned(ctx, 1, 2)
	s.ShownBy(ctx, 1, 2, 9)
	s.PostsByStamp(ctx, "u", 9)
	s.ConsentFor(ctx, models.ToQuote, 1, "u")
	s.Consent(ctx, 1)
	s.AccountByHandle(ctx, "a")
	s.AccountByURI(ctx, "a")
	s.AccountByKeyID(ctx, "a")
	s.AccountByURL(ctx, "a")
	s.AccountByFollowers(ctx, "a")
	s.PostByURI(ctx, "a")
	s.PostByURL(ctx, member, "a")
	s.PostBySlug(ctx, member, "a")
	s.Token(ctx, models.AccessToken, "h")
	s.BoostOf(ctx, 1, 2)
	s.Interested(ctx, 1)
	s.Unfinished(ctx, 1, 9)
	s.CoAuthors(ctx, 1)
	s.CoAuthor(ctx, 1, 2)
	s.CoAuthorsBetween(ctx, 1, 2)
	s.PendingProposal(ctx, 1, 2)
	s.ProposalsBy(ctx, 1, page)
	s.AllProposals(ctx, 1)
	s.VersionMarks(ctx, 1)
	s.Series(ctx, "a")
	s.SeriesBy(ctx, 1, 9)
	s.Review(ctx, models.Viewer{AccountID: 1, Role: models.Steward}, 1)
	s.NewestReview(ctx, 1)
	s.ReadersBut(ctx, 1, nil)
	s.PossibleReaders(ctx, &models.Post{ID: 1, AuthorID: 1}, 9)
	s.ReviewComments(ctx, &models.Review{ID: 1}, 9)
	s.CountReviewComments(ctx, 1, 2)
	s.ReviewCommentsBy(ctx, 1, page)
	s.VerdictsBy(ctx, 1, page)
	s.SeriesWith(ctx, 1)
	s.KeptSeries(ctx, 1, 9)
	s.KeepsSeries(ctx, 1, 2)
	s.TriedAmong(ctx, 1, nil)
	s.ReportedBy(ctx, 1, page)
	s.CountedReports(ctx, 1, nil)
	s.RemoteFollowers(ctx, 1)
	s.LocalFollows(ctx, 1)
	s.FollowsOnHost(ctx, 1, "https://a/")
	s.ThreadPosts(ctx, models.Stranger, 1, 2, 9)
	s.LooseMedia(ctx, s.Now(), 9)
	n := 0
	s.sqlite.dialect.texts.Range(func(_, text any) bool {
		n++
		if testing.Verbose() {
			t.Log(text)
		}
		query := text.(string)
		rows, err := s.sqlite.readers.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
		if err != nil {
			t.Errorf("explain: %v\n%s", err, query)
			return true
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if testing.Verbose() {
				t.Log(detail)
			}
			if strings.HasPrefix(detail, "SEARCH p USING INTEGER PRIMARY KEY (rowid<") {
				t.Errorf("every post is looked at: %s\n%s", detail, query)
			}
			if strings.HasPrefix(detail, "SCAN") && !small.MatchString(detail) || strings.Contains(detail, "TEMP B-TREE FOR ORDER") && strings.Contains(query, "home_entries") {
				t.Errorf("%s\n%s", detail, query)
			}
		}
		return true
	})
	if n < 50 {
		t.Errorf("only %d queries were looked at", n)
	}
}
